// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/secrets/secret_view.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>

namespace reconcile {

/// Writes Secrets to the API server. A view outlives the call. Every write to a Secret that exists is
/// bound to the UID and resourceVersion that the plan was made from.
class secret_writer {
 public:
    explicit secret_writer(kube::client& client) : client_(client) {}

    /// The whole of a Secret.
    [[nodiscard]] boost::asio::awaitable<kube::result<kube::secret>> read(runtime::object_key key);
    /// Each returns the Secret as the server stored it.
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_secret>> create(const secret_view& view);
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_secret>> update(const secret_view& view);
    /// For a Secret that cannot be updated. A dry run creates a Secret named dry_run_name first, so that a
    /// refusal leaves the old Secret in place. Calls `deleted` once the old Secret is gone or may be, before
    /// the new one is created.
    [[nodiscard]] boost::asio::awaitable<kube::result<observed_secret>> recreate(
        const secret_view& view, std::function<void()> deleted);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> remove(const secret_view& view);

 private:
    kube::client& client_;
};

}  // namespace reconcile
