// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace harness {

using nlohmann::json;

/// A real Prometheus that reads the metrics of one controller every second, as those of the Pod
/// regcred-system/a, with the rules of deploy/monitoring.
class prometheus {
 public:
    /// Waits until it answers. `port`: of the controller's /metrics.
    explicit prometheus(std::uint16_t port);

    /// The result of a query now, or over the last `range` in steps of a second: samples.
    [[nodiscard]] json query(const std::string& expression) const;
    [[nodiscard]] json query_range(const std::string& expression, std::chrono::seconds range) const;
    /// What it says of the rules, by their names; of several with one name the last.
    [[nodiscard]] std::map<std::string, json> rules() const;
    /// Why the last scrape failed; empty: it worked.
    [[nodiscard]] std::string scrape_error() const;

 private:
    using text_map = std::map<std::string, std::string>;
    [[nodiscard]] json get(const std::string& path, const text_map& parameters = {}) const;
    [[nodiscard]] std::uint16_t bound_port() const;

    temporary_folder folder_;
    std::filesystem::path log_;
    subprocess program_;
    std::uint16_t port_ = 0;
};

/// A query of the dashboard or of an alert.
struct named_query {
    std::string title;
    std::string legend;  // of a query of the dashboard
    std::string unit;
    std::string expression;
};

/// The queries of deploy/monitoring/dashboard.json, with values for its variables: a short interval, and the
/// namespace regcred-system.
[[nodiscard]] std::vector<named_query> dashboard_queries();
/// Those of the rules.
[[nodiscard]] std::vector<named_query> rule_queries(const prometheus& of);
/// The metrics of the controller that a query names, without the suffixes of histograms.
[[nodiscard]] std::vector<std::string> metrics_in(const std::string& expression);

}  // namespace harness
