// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/admin.hpp"

#include <string>

namespace bench {

/// Where and when the figures were taken, in one line.
[[nodiscard]] std::string describe_machine(harness::admin& admin);

}  // namespace bench
