// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/service_accounts/account_plan.hpp"

#include <boost/asio/awaitable.hpp>

namespace reconcile {

/// The merge patch of a plan: the whole list, which is atomic, and the annotation, bound to the UID and the
/// resourceVersion that the plan was made from.
[[nodiscard]] kube::json patch_for(const observed_account& present, const account_plan& decided);

class account_writer {
 public:
    explicit account_writer(kube::client& client) : client_(client) {}

    /// The ServiceAccount as the server has it now.
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_account>> patch(account_view view,
                                                                               account_plan decided);
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_account>> read(account at);

 private:
    kube::client& client_;
};

}  // namespace reconcile
