// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/metrics/metrics.hpp"

#include <span>
#include <string>
#include <string_view>

/// Prometheus' text exposition format, version 0.0.4.
namespace runtime::exposition {

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`
[[nodiscard]] bool is_metric_name(std::string_view text) noexcept;

void append_header(std::string& to, std::string_view name, std::string_view help, std::string_view type);
/// As many `values` as `labels`.
void append_sample(std::string& to,
                   std::string_view name,
                   std::span<const std::string> labels,
                   std::span<const std::string> values,
                   double value);

using names = std::span<const std::string>;
void append_metric(std::string& to, std::string_view name, names labels, names values, const counter& metric);
void append_metric(std::string& to, std::string_view name, names labels, names values, const gauge& metric);
void append_metric(
    std::string& to, std::string_view name, names labels, names values, const histogram& metric);

}  // namespace runtime::exposition
