// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/explanation.hpp"

#include <string>

namespace explain {

/// The answer as a person reads it in a terminal: the Secrets, the images, and at the end what to do. No
/// password and no value of `auth` is in it, user names are.
[[nodiscard]] std::string report_of(const observation& seen, const std::vector<image_answer>& answers);

}  // namespace explain
