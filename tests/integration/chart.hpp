// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "prometheus.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace harness {

/// The pictures of deploy/monitoring/README.md: a file, and the titles of the dashboard's panels in it.
[[nodiscard]] std::vector<std::pair<std::string, std::vector<std::string>>> charts_of_readme();

/// Draws panels of the dashboard, one beside the other, as an SVG file. `ask` returns the samples of a query.
void write_chart(const std::string& file,
                 const std::vector<std::string>& titles,
                 const std::function<json(const named_query&)>& ask);

}  // namespace harness
