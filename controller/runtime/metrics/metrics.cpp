// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/metrics.hpp"

#include "util/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

namespace runtime {

namespace {

bool may_begin_name(char c) noexcept {
    return util::is_letter(c) || c == '_' || c == ':';
}

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`
bool is_metric_name(std::string_view text) noexcept {
    return !text.empty() && may_begin_name(text.front()) &&
           std::ranges::all_of(text, [](char c) { return may_begin_name(c) || util::is_digit(c); });
}

/// Quotes are escaped in label values, not in help texts.
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

void append_header(std::string& to, std::string_view name, std::string_view help, std::string_view type) {
    to.append("# HELP ").append(name).append(" ");
    append_escaped(to, help, false);
    to.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

/// As many `values` as `labels`.
void append_sample(std::string& to,
                   std::string_view name,
                   const std::vector<std::string>& labels,
                   const label_values& values,
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

}  // namespace

counter_family::counter_family(std::vector<std::string> label_names) : label_names_(std::move(label_names)) {
    if (label_names_.empty()) (void)with({});
}

counter& counter_family::with(const label_values& values) {
    if (values.size() != label_names_.size()) throw std::logic_error("each label needs a value");
    return counters_[values];
}

void metrics_registry::add(std::string name, metric added) {
    if (!is_metric_name(name)) throw std::logic_error("not a metric name: " + name);
    if (metrics_.contains(name)) throw std::logic_error("a metric exists already: " + name);
    metrics_.emplace(std::move(name), std::move(added));
}

void metrics_registry::add_func(std::string name,
                                std::string help,
                                std::string_view type,
                                std::function<double()> value) {
    const auto write = [value = std::move(value)](std::string& to, const std::string& sample) {
        append_sample(to, sample, {}, {}, value());
    };
    add(std::move(name), {std::move(help), type, write});
}

counter_family& metrics_registry::counters(std::string name,
                                           std::string help,
                                           std::vector<std::string> label_names) {
    const auto family = std::make_shared<counter_family>(std::move(label_names));
    const auto write = [family](std::string& to, const std::string& sample) {
        for (const auto& [values, counter] : family->all())
            append_sample(to, sample, family->label_names(), values, counter.value());
    };
    add(std::move(name), {std::move(help), "counter", write});
    return *family;
}

void metrics_registry::gauge_func(std::string name, std::string help, std::function<double()> value) {
    add_func(std::move(name), std::move(help), "gauge", std::move(value));
}

void metrics_registry::counter_func(std::string name, std::string help, std::function<double()> value) {
    add_func(std::move(name), std::move(help), "counter", std::move(value));
}

void metrics_registry::gauges_func(std::string name,
                                   std::string help,
                                   std::vector<std::string> label_names,
                                   std::function<gauge_samples()> samples) {
    const auto write = [labels = std::move(label_names), samples = std::move(samples)](
                           std::string& to, const std::string& sample) {
        for (const auto& [values, value] : samples()) {
            if (values.size() != labels.size()) throw std::logic_error("each label needs a value");
            append_sample(to, sample, labels, values, value);
        }
    };
    add(std::move(name), {std::move(help), "gauge", write});
}

std::string metrics_registry::text() const {
    std::string text;
    for (const auto& [name, metric] : metrics_) {
        append_header(text, name, metric.help, metric.type);
        metric.write_samples(text, name);
    }
    return text;
}

}  // namespace runtime
