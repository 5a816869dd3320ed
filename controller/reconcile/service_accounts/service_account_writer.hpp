// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/service_accounts/service_account_plan.hpp"

#include <boost/asio/awaitable.hpp>

namespace reconcile {

/// The merge patch of a plan: the whole list, which is atomic, and the annotation, bound to the UID and the
/// resourceVersion that the plan was made from.
[[nodiscard]] kube::json patch_for(const observed_service_account& present, const service_account_plan& plan);

class service_account_writer {
 public:
    explicit service_account_writer(kube::client& client) : client_(client) {}

    /// Each returns the ServiceAccount as the server has it now. View and plan outlive the call.
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_service_account>> patch(
        const service_account_view& view, const service_account_plan& plan);
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_service_account>> read(
        runtime::object_key key);

 private:
    kube::client& client_;
};

}  // namespace reconcile
