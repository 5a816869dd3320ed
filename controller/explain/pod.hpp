// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace explain {

/// Why the last pull of an image failed, according to the kubelet's status.
enum class pull_failure_kind : std::uint8_t {
    none,
    refused,       // the registry does not know the user, or the user may not pull this repository
    rate_limited,  // too many requests
    not_found,     // the registry answered that it has no such image
    unreachable,   // the registry did not answer: name, network, certificate
    other,
    never_pull,  // imagePullPolicy is Never, and the node has no copy that this Pod may use
};

/// Reads `reason` and `message` of a container's state.waiting. Searches the message, without the name of the
/// image, for words that runtimes and registries use.
[[nodiscard]] pull_failure_kind classify_pull_failure(std::string_view reason,
                                                      std::string_view message,
                                                      std::string_view image);

/// An image of a Pod. Containers that use the same image share one.
struct pod_image {
    std::string image;                 // as the Pod has it
    std::vector<std::string> used_by;  // "container app", "init container setup", "volume models"
    bool may_be_pulled = false;        // not all of them have imagePullPolicy: Never
    bool has_run = false;              // a container of it runs or ran: the node has it
    pull_failure_kind last_failure = pull_failure_kind::none;
};

/// What matters of a Pod for the pull of its images.
struct pod {
    std::string namespace_name;
    std::string name;
    std::string service_account;
    std::vector<std::string> pull_secrets;  // in order, without empty names, which the kubelet skips
    std::vector<pod_image> images;          // in the order of their first use
};

[[nodiscard]] kube::result<pod> read_pod(const kube::json& object);

}  // namespace explain
