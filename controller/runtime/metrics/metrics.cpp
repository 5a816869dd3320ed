// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/metrics.hpp"

#include "util/ascii.hpp"

#include <algorithm>
#include <memory>

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

using label_names = std::vector<std::string>;

void write(exposition& to, const label_names& names, const label_values& values, double value) {
    to.sample(names, values, value);
}
void write(exposition& to, const label_names& names, const label_values& values, const counter& value) {
    to.sample(names, values, value.value());
}
void write(exposition& to, const label_names& names, const label_values& values, const histogram& value) {
    to.sample(names, values, value);
}
void write(exposition& to, const label_names& names, const label_values& values, const histogram* value) {
    to.sample(names, values, *value);
}

}  // namespace

void metrics_registry::add(std::string name, metric added) {
    if (!is_metric_name(name)) throw std::logic_error("not a metric name: " + name);
    if (added.type == "counter" && !name.ends_with("_total"))
        throw std::logic_error("a counter's name ends in _total: " + name);
    if (metrics_.contains(name)) throw std::logic_error("a metric exists already: " + name);
    metrics_.emplace(std::move(name), std::move(added));
}

template <class Read>
void metrics_registry::add_func(std::string name,
                                std::string help,
                                std::string_view type,
                                std::vector<std::string> label_names,
                                Read read) {
    const auto write_all = [labels = std::move(label_names), read = std::move(read)](exposition& to) {
        for (const auto& [values, value] : read()) {
            if (values.size() != labels.size()) throw std::logic_error("each label needs a value");
            write(to, labels, values, value);
        }
    };
    add(std::move(name), {std::move(help), type, write_all});
}

template <class Family>
Family& metrics_registry::add_family(std::string name,
                                     std::string help,
                                     std::string_view type,
                                     Family empty) {
    const auto family = std::make_shared<Family>(std::move(empty));
    const auto write_all = [family](exposition& to) {
        for (const auto& [values, value] : family->all())
            write(to, family->label_names(), values, value);
    };
    add(std::move(name), {std::move(help), type, write_all});
    return *family;
}

counter_family& metrics_registry::counters(std::string name,
                                           std::string help,
                                           std::vector<std::string> label_names) {
    return add_family(
        std::move(name), std::move(help), "counter", counter_family(std::move(label_names), {}));
}

histogram_family& metrics_registry::histograms(std::string name,
                                               std::string help,
                                               std::vector<double> upper_bounds,
                                               std::vector<std::string> label_names) {
    return add_family(std::move(name),
                      std::move(help),
                      "histogram",
                      histogram_family(std::move(label_names), histogram(std::move(upper_bounds))));
}

void metrics_registry::gauge_func(std::string name, std::string help, std::function<double()> value) {
    gauges_func(
        std::move(name), std::move(help), {}, [value = std::move(value)] { return samples{{{}, value()}}; });
}

void metrics_registry::counter_func(std::string name, std::string help, std::function<double()> value) {
    counters_func(
        std::move(name), std::move(help), {}, [value = std::move(value)] { return samples{{{}, value()}}; });
}

void metrics_registry::gauges_func(std::string name,
                                   std::string help,
                                   std::vector<std::string> label_names,
                                   std::function<samples()> read) {
    add_func(std::move(name), std::move(help), "gauge", std::move(label_names), std::move(read));
}

void metrics_registry::counters_func(std::string name,
                                     std::string help,
                                     std::vector<std::string> label_names,
                                     std::function<samples()> read) {
    add_func(std::move(name), std::move(help), "counter", std::move(label_names), std::move(read));
}

void metrics_registry::histograms_func(std::string name,
                                       std::string help,
                                       std::vector<std::string> label_names,
                                       std::function<histogram_samples()> read) {
    add_func(std::move(name), std::move(help), "histogram", std::move(label_names), std::move(read));
}

std::string metrics_registry::text(exposition_format format) const {
    exposition to(format);
    for (const auto& [name, metric] : metrics_) {
        to.begin(name, metric.help, metric.type);
        metric.write_samples(to);
    }
    return std::move(to).take();
}

}  // namespace runtime
