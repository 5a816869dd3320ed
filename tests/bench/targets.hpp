// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figures.hpp"

#include <string>
#include <vector>

namespace bench {

/// What is promised, and whether it was kept.
struct target {
    std::string name;
    std::string wanted;
    std::string measured;
    bool ok = false;
};

[[nodiscard]] std::vector<target> targets(const figures& measured, const extent& how_much);

}  // namespace bench
