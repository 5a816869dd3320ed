// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "runtime/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <set>
#include <string>

namespace reconcile {

/// Whether a 404 says that the object does not exist. One without details is about the path: of a resource
/// that the server does not know (any longer), or of a proxy. That is unknown, never empty.
[[nodiscard]] bool says_absent(const kube::error& error, const kube::resource& what) noexcept;

/// Whether what was read speaks against what is known: an older version of the same object, as from a
/// restored etcd, or another content under the same version. Neither may be built upon.
[[nodiscard]] bool contradicts(const kube::object_meta& read, const kube::object_meta& known);

/// Reads objects from the API server into the state: watches tell the past, and a watch cache can be far
/// behind.
class quorum_reader {
 public:
    quorum_reader(kube::client& client, cluster_state& state) : client_(client), state_(state) {}

    /// What speaks for taking something away in a namespace: the namespace, and the RegistryCredentials that
    /// want it or had it made. Afterwards the state knows better; look again.
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> confirm(std::set<std::string> credentials,
                                                                     std::string namespace_name);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_copy(runtime::object_key key);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_credential(std::string name);
    /// Every RegistryCredential and every namespace that there is. What is missing is not taken for deleted,
    /// and what cannot be decoded stays as it is known. Fails if anything contradicts what is known.
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_everything();

 private:
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_namespace(std::string name);

    kube::client& client_;
    cluster_state& state_;
    std::map<std::string, runtime::time_point> credentials_read_;  // when, by name: a mass removal asks once
};

}  // namespace reconcile
