// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "explain/pod.hpp"
#include "kube/error.hpp"
#include "kubelet/pull_keyring.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kube {
class client;
}

namespace explain {

enum class access_result : std::uint8_t {
    read,
    missing,     // 404
    forbidden,   // 403: it may exist or not
    unreadable,  // any other failure
};

/// A Secret that the Pod lists.
struct listed_secret {
    std::string name;
    access_result access = access_result::missing;
    std::string error;  // if it is unreadable
    std::string type;
    kubelet::pull_content content;
    std::vector<std::string> managed_by;  // names of RegistryCredentials
};

struct observed_service_account {
    access_result access = access_result::missing;
    std::vector<std::string> pull_secrets;
};

/// All that was read about a Pod, with the user's own rights. It distinguishes what the user may not read
/// from what does not exist.
struct observation {
    pod subject;
    std::vector<listed_secret> secrets;  // one for each of subject.pull_secrets, in this order
    observed_service_account service_account;
    std::optional<kube::object_meta> namespace_meta;
    std::vector<v1alpha1::registry_credential> credentials;  // empty also when they may not be read
};

/// Reads a Pod and all that decides how its images are pulled; writes nothing. An error means that the Pod
/// itself could not be read; the observation says what else could not.
[[nodiscard]] boost::asio::awaitable<kube::result<observation>> observe(kube::client& client,
                                                                        std::string namespace_name,
                                                                        std::string pod_name);

}  // namespace explain
