// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/secrets/secret_view.hpp"

#include <boost/asio/awaitable.hpp>

namespace reconcile {

/// Carries out plans on the API server. A view outlives the call. Every write to a Secret that exists is
/// bound to the UID and resourceVersion that the plan was made from.
class secret_writer {
 public:
    explicit secret_writer(kube::client& client) : client_(client) {}

    /// Each gives the Secret as the server has it now.
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_secret>> create(const secret_view& view);
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_secret>> update(const secret_view& view);
    /// For what cannot be updated: asks first whether a create would be admitted, so that a refusal leaves
    /// the old one in place.
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_secret>> recreate(const secret_view& view);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> remove(const secret_view& view);

 private:
    kube::client& client_;
};

}  // namespace reconcile
