// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/secrets/plan.hpp"

#include <boost/asio/awaitable.hpp>

namespace reconcile {

/// Carries out plans on the API server. Every write to a Secret that exists is bound to the UID and
/// resourceVersion that the plan was made from.
class secret_writer {
 public:
    explicit secret_writer(kube::client& client) : client_(client) {}

    /// Each gives the Secret as the server has it now.
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_secret>> create(cell_view view);
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_secret>> update(cell_view view);
    /// For what cannot be updated: asks first whether a create would be admitted, so that a refusal leaves
    /// the old one in place.
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_secret>> recreate(cell_view view);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> remove(cell_view view);

 private:
    kube::client& client_;
};

/// The whole of a Secret, read for its metadata: of a foreign one not even that is kept.
[[nodiscard]] boost::asio::awaitable<kube::result<kube::secret>> read_whole(kube::client& client, cell at);

}  // namespace reconcile
