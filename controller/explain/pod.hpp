// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/pull_trouble.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"

#include <string>
#include <vector>

namespace explain {

/// An image that a Pod uses, once, however many containers use it.
struct pod_image {
    std::string image;                 // as the Pod has it
    std::vector<std::string> used_by;  // "container app", "init container setup", "volume models"
    bool may_be_pulled = false;        // not all of them say imagePullPolicy: Never
    bool has_run = false;              // a container of it runs or ran: the node has got it
    pull_trouble trouble = pull_trouble::none;
};

/// A Pod as far as the pull of its images goes.
struct pod {
    std::string namespace_name;
    std::string name;
    std::string service_account;
    std::vector<std::string>
        pull_secrets;               // in their order, without the empty names, which the kubelet skips
    std::vector<pod_image> images;  // in the order of their first use
};

[[nodiscard]] kube::result<pod> read_pod(const kube::json& object);

}  // namespace explain
