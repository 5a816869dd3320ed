// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/safety/removal_reads.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "runtime/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <string>

namespace reconcile {

/// Whether a 404 says that the object does not exist. A 404 without details is about the path: the server
/// does not serve the resource, or a proxy answered. Then it is unknown whether the object exists.
[[nodiscard]] bool says_absent(const kube::error& error, const kube::resource& resource) noexcept;

/// A read failed: if the object does not exist, erases it from the store, else returns the error.
template <class T>
[[nodiscard]] kube::result<void> erase_if_absent(runtime::store<T>& store,
                                                 runtime::object_key_view key,
                                                 const kube::error& error,
                                                 const kube::resource& resource) {
    if (!says_absent(error, resource)) return error;
    if (const auto known = store.find(key)) store.erase(key, known->meta.resource_version);
    return {};
}

/// Whether what was read contradicts what is known: an older version of the same object, as from a restored
/// etcd, or another content with the same version. Neither may be relied on.
[[nodiscard]] bool contradicts(const kube::object_meta& read, const kube::object_meta& known);

/// Reads objects from the API server into the state with a quorum: a watch cache can be far behind.
class quorum_reader {
 public:
    quorum_reader(kube::client& client, cluster_state& state) : client_(client), state_(state) {}

    /// Reads what a removal depends on. The caller then plans again from the state. Ends at the first error.
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> confirm(removal_reads reads);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_copy(runtime::object_key key);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_credential(std::string name);
    /// Lists all RegistryCredentials: after that, one that the state lacks does not exist. Does nothing if it
    /// was done within a second.
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_credentials();
    /// Lists all RegistryCredentials and namespaces. An object that is missing is not taken for deleted, and
    /// one that cannot be decoded stays as it is known. Fails if anything contradicts what is known.
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_everything();

 private:
    [[nodiscard]] bool was_just_read(const std::string& name) const;
    void note_read(const std::string& name);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> list_credentials();
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_namespace(std::string name);

    kube::client& client_;
    cluster_state& state_;
    // When, by name: a mass removal reads each once. The empty name: all have been listed.
    std::map<std::string, runtime::time_point> credentials_read_;
};

}  // namespace reconcile
