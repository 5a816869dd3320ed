// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client_thread.hpp"
#include "kube/api/object.hpp"
#include "objects.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// From the first request to the last answer.
struct span {
    clock::time_point begin;
    clock::time_point end;
    double cpu_seconds = 0;  // of whoever sent the requests

    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(end - begin).count(); }
};

/// What the API server can take: the requests that a controller would send, with nothing to decide, over
/// connections that are open already.
class raw_load {
 public:
    /// `known`: a namespace, which is read to open each connection.
    raw_load(const std::string& kubeconfig, std::size_t connections, const std::string& known);

    /// A copy in each namespace, by POST.
    span create_copies(const json& owner, std::string_view tag, const std::vector<std::string>& namespaces);
    /// The same by server-side apply, as the controller does it.
    span apply_copies(const json& owner, std::string_view tag, const std::vector<std::string>& namespaces);
    /// Updates all that create_copies() made.
    span update_copies(std::string_view tag);
    void remove(const std::vector<kube::object_meta>& secrets);
    /// Lists the copy in each of these ServiceAccounts, or takes it back.
    span patch_accounts(const std::vector<kube::object_meta>& accounts, bool listed);
    /// A copy in the namespace of each of these ServiceAccounts, and it is listed there, in turn.
    span create_and_list(const json& owner,
                         std::string_view tag,
                         const std::vector<kube::object_meta>& accounts);
    span create_namespaces(const std::vector<std::string>& names);

 private:
    using job = std::function<boost::asio::awaitable<void>(std::size_t)>;
    struct progress;

    boost::asio::awaitable<void> create_copy(std::string where, util::secret_bytes body, std::size_t index);
    boost::asio::awaitable<void> apply_copy(std::string where, util::secret_bytes body, std::size_t index);
    boost::asio::awaitable<void> update_copy(kube::bound_body body, std::size_t index);
    boost::asio::awaitable<void> remove_one(kube::object_meta secret);
    boost::asio::awaitable<void> patch_account(kube::object_meta account, bool listed);
    boost::asio::awaitable<void> create_namespace(std::string name);
    boost::asio::awaitable<void> open_connection(std::string known);
    static boost::asio::awaitable<void> work(progress& shared);
    span for_each(std::size_t count, const job& what);

    std::size_t connections_;
    std::vector<kube::object_meta> metas_;  // touched by the thread while it works
    client_thread thread_;                  // last: its end ends what uses the others
};

}  // namespace bench
