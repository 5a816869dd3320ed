// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/explanation.hpp"

#include <string>

namespace explain {

/// The report for a terminal: the Secrets, the images, and at the end what to do. It shows usernames, but no
/// password and no value of `auth`.
[[nodiscard]] std::string report_of(const observation& seen,
                                    const std::vector<image_explanation>& explanations);

}  // namespace explain
