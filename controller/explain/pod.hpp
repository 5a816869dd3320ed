// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/pull_failure.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"

#include <string>
#include <vector>

namespace explain {

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
