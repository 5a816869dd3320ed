// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/metrics.hpp"

#include "util/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
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

void append_histogram(std::string& to,
                      const std::string& name,
                      const std::vector<std::string>& labels,
                      const label_values& values,
                      const histogram& shown) {
    auto bucket_labels = labels;
    bucket_labels.emplace_back("le");
    auto bucket_values = values;
    bucket_values.emplace_back();
    const auto counts = shown.cumulative_counts();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        bucket_values.back() = i < shown.upper_bounds().size() ? number(shown.upper_bounds()[i]) : "+Inf";
        append_sample(to, name + "_bucket", bucket_labels, bucket_values, counts[i]);
    }
    append_sample(to, name + "_sum", labels, values, shown.sum());
    append_sample(to, name + "_count", labels, values, counts.back());
}

}  // namespace

histogram::histogram(std::vector<double> upper_bounds)
    : upper_bounds_(std::move(upper_bounds)), counts_(upper_bounds_.size() + 1) {
    if (!std::ranges::is_sorted(upper_bounds_, std::ranges::less_equal{}))
        throw std::logic_error("the bounds of a histogram ascend");
}

void histogram::observe(double value) noexcept {
    const auto bucket = std::ranges::lower_bound(upper_bounds_, value) - upper_bounds_.begin();
    counts_[static_cast<std::size_t>(bucket)] += 1;
    sum_ += value;
}

std::vector<double> histogram::cumulative_counts() const {
    std::vector<double> counts(counts_.size());
    std::partial_sum(counts_.begin(), counts_.end(), counts.begin());
    return counts;
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
    const auto family = std::make_shared<counter_family>(std::move(label_names), counter{});
    const auto write = [family](std::string& to, const std::string& sample) {
        for (const auto& [values, counter] : family->all())
            append_sample(to, sample, family->label_names(), values, counter.value());
    };
    add(std::move(name), {std::move(help), "counter", write});
    return *family;
}

histogram_family& metrics_registry::histograms(std::string name,
                                               std::string help,
                                               std::vector<double> upper_bounds,
                                               std::vector<std::string> label_names) {
    const auto family =
        std::make_shared<histogram_family>(std::move(label_names), histogram(std::move(upper_bounds)));
    const auto write = [family](std::string& to, const std::string& sample) {
        for (const auto& [values, metric] : family->all())
            append_histogram(to, sample, family->label_names(), values, metric);
    };
    add(std::move(name), {std::move(help), "histogram", write});
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
