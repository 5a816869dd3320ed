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
    not_yet_known  // the kubelet has not started it, or has not reported it
};

/// All that is kept of a Pod: its spec may hold passwords in environment variables.
struct pod_view {
    std::string uid;
    bool deleting = false;
    std::vector<std::string> pull_secrets;  // spec.imagePullSecrets
    pod_progress progress = pod_progress::not_yet_known;
};

/// Accepts any value: a field that is absent or of a wrong type counts as not reported.
[[nodiscard]] pod_view read_pod(const kube::json& object);

}  // namespace reconcile
