// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figures.hpp"
#include "table.hpp"

#include <string>
#include <vector>

namespace bench {

/// A table and what it shows.
struct section {
    std::string title;
    table figures;
};

[[nodiscard]] std::vector<section> report(const figures& measured, const extent& how_much);

[[nodiscard]] std::string as_text(const std::string& machine, const std::vector<section>& sections);
[[nodiscard]] std::string as_markdown(const std::string& machine, const std::vector<section>& sections);

}  // namespace bench
