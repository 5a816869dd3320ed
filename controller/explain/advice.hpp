// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/explanation.hpp"

#include <string>
#include <vector>

namespace explain {

/// What to do so that every image of the Pod can be pulled, the most effective first; empty when nothing is
/// wrong. Each is a sentence or two.
[[nodiscard]] std::vector<std::string> advise(const observation& seen,
                                              const std::vector<image_answer>& answers);

}  // namespace explain
