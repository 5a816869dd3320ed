// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/explanation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace explain {

/// What to do so that the kubelet can pull every image of the Pod, the most effective first; empty when
/// nothing is wrong. Each element is a sentence or two.
[[nodiscard]] std::vector<std::string> advise(const observation& seen,
                                              const std::vector<image_explanation>& explanations);

/// A name that comes from the cluster, for a terminal: one line without control characters, at most as long
/// as a Kubernetes name.
[[nodiscard]] std::string printable_name(std::string_view name);

}  // namespace explain
