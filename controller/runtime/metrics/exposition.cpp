// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/exposition.hpp"

#include "util/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace runtime::exposition {

namespace {

bool starts_name(char c) noexcept {
    return util::is_letter(c) || c == '_' || c == ':';
}

/// Quotes are escaped in label values, not in help texts.
void append_escaped(std::string& to, std::string_view text, bool quotes) {
    for (const char c : text) {
        if (c == '\n') {
            to += "\\n";
        } else if (c == '\\' || (quotes && c == '"')) {
            to += '\\';
            to += c;
        } else {
            to += c;
        }
    }
}

std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", value);
}

}  // namespace

bool is_metric_name(std::string_view text) noexcept {
    return !text.empty() && starts_name(text.front()) &&
           std::ranges::all_of(text, [](char c) { return starts_name(c) || util::is_digit(c); });
}

void append_header(std::string& to, std::string_view name, std::string_view help, std::string_view type) {
    to.append("# HELP ").append(name).append(" ");
    append_escaped(to, help, false);
    to.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void append_sample(std::string& to,
                   std::string_view name,
                   std::span<const std::string> labels,
                   std::span<const std::string> values,
                   double value) {
    to += name;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        to.append(i == 0 ? "{" : ",").append(labels[i]).append("=\"");
        append_escaped(to, values[i], true);
        to += '"';
    }
    if (!labels.empty()) to += '}';
    to.append(" ").append(number(value)).append("\n");
}

void append_metric(
    std::string& to, std::string_view name, names labels, names values, const counter& metric) {
    append_sample(to, name, labels, values, metric.value());
}

void append_metric(std::string& to, std::string_view name, names labels, names values, const gauge& metric) {
    append_sample(to, name, labels, values, metric.value());
}

void append_metric(
    std::string& to, std::string_view name, names labels, names values, const histogram& metric) {
    std::vector<std::string> bucket_labels(labels.begin(), labels.end());
    bucket_labels.emplace_back("le");
    std::vector<std::string> bucket_values(values.begin(), values.end());
    bucket_values.emplace_back();
    double below = 0;  // buckets are cumulative in the text
    for (std::size_t i = 0; i < metric.counts().size(); ++i) {
        below += static_cast<double>(metric.counts()[i]);
        bucket_values.back() = i < metric.bounds().size() ? number(metric.bounds()[i]) : "+Inf";
        append_sample(to, fmt::format("{}_bucket", name), bucket_labels, bucket_values, below);
    }
    append_sample(to, fmt::format("{}_sum", name), labels, values, metric.sum());
    append_sample(to, fmt::format("{}_count", name), labels, values, below);
}

}  // namespace runtime::exposition
