// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/json.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace reconcile {

/// How far a Pod's containers have come.
enum class pod_progress : std::uint8_t {
    started,       // every image is there, or the Pod has ended
    waits,         // a container waits for its image, and the kubelet has failed to pull it
    not_yet_known  // the kubelet has not come so far, or has not said so
};

/// What a look at a Pod is for, and all that is kept of it: a spec may hold passwords in its environment.
struct pod_view {
    std::string uid;
    bool deleting = false;
    std::vector<std::string> pull_secrets;  // spec.imagePullSecrets
    pod_progress progress = pod_progress::not_yet_known;
};

/// Takes any value: what is absent or of a wrong type is as if the kubelet had not said it.
[[nodiscard]] pod_view read_pod(const kube::json& object);

}  // namespace reconcile
