// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/exposition.hpp"

#include "util/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace runtime {

namespace {

constexpr std::string_view total = "_total";

void append_escaped(std::string& to, std::string_view text, bool escape_quotes) {
    for (const char c : text) {
        if (c == '\n') {
            to += "\\n";
        } else if (c == '\\' || (escape_quotes && c == '"')) {
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

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view next_part(std::string_view& rest, char separator) {
    return trimmed(util::take_until(rest, separator));
}

/// One media range of a header Accept.
struct media_range {
    std::string_view type;
    std::string_view version;  // empty: none is asked for
    double quality = 1;
};

media_range read_range(std::string_view text) {
    media_range range;
    range.type = next_part(text, ';');
    while (!text.empty()) {
        auto value = next_part(text, ';');
        const auto name = next_part(value, '=');
        if (name == "version") range.version = value;
        if (name != "q") continue;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), range.quality);
        if (read.ec != std::errc{}) range.quality = 0;
    }
    return range;
}

}  // namespace

exposition_format format_for(std::string_view accept) {
    double open_metrics = 0;
    double text = 0;
    while (!accept.empty()) {
        const auto range = read_range(next_part(accept, ','));
        const bool is_ours = range.version.empty() || range.version == "1.0.0";
        if (range.type == "application/openmetrics-text" && is_ours)
            open_metrics = std::max(open_metrics, range.quality);
        if (range.type == "text/plain") text = std::max(text, range.quality);
    }
    return open_metrics > 0 && open_metrics >= text ? exposition_format::open_metrics
                                                    : exposition_format::text;
}

std::string_view content_type_of(exposition_format format) noexcept {
    return format == exposition_format::text ? "text/plain; version=0.0.4; charset=utf-8"
                                             : "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

void exposition::begin(std::string_view name, std::string_view help, std::string_view type) {
    name_ = name;
    const bool is_open = format_ == exposition_format::open_metrics;
    if (is_open && type == "counter" && name.ends_with(total)) name.remove_suffix(total.size());
    text_.append("# HELP ").append(name).append(" ");
    append_escaped(text_, help, is_open);
    text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void exposition::append(std::string_view suffix,
                        const std::vector<std::string>& labels,
                        const label_values& values,
                        double value) {
    text_.append(name_).append(suffix);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        text_.append(i == 0 ? "{" : ",").append(labels[i]).append("=\"");
        append_escaped(text_, values[i], true);
        text_ += '"';
    }
    if (!labels.empty()) text_ += '}';
    text_.append(" ").append(number(value)).append("\n");
}

void exposition::sample(const std::vector<std::string>& labels, const label_values& values, double value) {
    append({}, labels, values, value);
}

/// OpenMetrics wants the label le to be a float.
std::string exposition::bound(double value) const {
    auto text = number(value);
    if (format_ == exposition_format::open_metrics && text.find_first_of(".en") == std::string::npos)
        text += ".0";
    return text;
}

void exposition::sample(const std::vector<std::string>& labels,
                        const label_values& values,
                        const histogram& value) {
    auto bucket_labels = labels;
    bucket_labels.emplace_back("le");
    auto bucket_values = values;
    bucket_values.emplace_back();
    const auto counts = value.cumulative_counts();
    const auto& bounds = value.upper_bounds();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        bucket_values.back() = i < bounds.size() ? bound(bounds[i]) : "+Inf";
        append("_bucket", bucket_labels, bucket_values, counts[i]);
    }
    append("_sum", labels, values, value.sum());
    append("_count", labels, values, counts.back());
}

std::string exposition::take() && {
    if (format_ == exposition_format::open_metrics) text_ += "# EOF\n";
    return std::move(text_);
}

}  // namespace runtime
