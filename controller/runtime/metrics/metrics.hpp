// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/metrics/exposition.hpp"
#include "runtime/metrics/histogram.hpp"

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runtime {

/// Only goes up.
class counter {
 public:
    void add(double amount = 1.0) noexcept { value_ += amount; }
    [[nodiscard]] double value() const noexcept { return value_; }

 private:
    double value_ = 0;
};

/// The metrics of one name, one for each combination of label values. Label values come from a small fixed
/// set: never names of namespaces or of registries.
template <class Metric>
class metric_family {
 public:
    /// A new metric is a copy of `initial`. Without labels there is one from the beginning.
    metric_family(std::vector<std::string> label_names, Metric initial)
        : label_names_(std::move(label_names)), initial_(std::move(initial)) {
        if (label_names_.empty()) metrics_.emplace(label_values{}, initial_);
    }

    /// The metric with these values, in the order of the label names. The reference stays valid.
    /// std::logic_error if there are not as many values as label names.
    Metric& with(const label_values& values) {
        if (values.size() != label_names_.size()) throw std::logic_error("each label needs a value");
        return metrics_.try_emplace(values, initial_).first->second;
    }
    [[nodiscard]] const std::vector<std::string>& label_names() const noexcept { return label_names_; }
    [[nodiscard]] const std::map<label_values, Metric>& all() const noexcept { return metrics_; }

 private:
    std::vector<std::string> label_names_;
    Metric initial_;
    std::map<label_values, Metric> metrics_;
};

using counter_family = metric_family<counter>;
using histogram_family = metric_family<histogram>;

/// All metrics of the process and their text. For one thread. A name that Prometheus does not allow, that is
/// used twice, or that is a counter's and does not end in _total, is a programming error (std::logic_error).
class metrics_registry {
 public:
    metrics_registry() = default;
    ~metrics_registry() = default;
    metrics_registry(const metrics_registry&) = delete;
    metrics_registry& operator=(const metrics_registry&) = delete;

    counter_family& counters(std::string name, std::string help, std::vector<std::string> label_names = {});
    /// `upper_bounds` ascend, and none is infinite.
    histogram_family& histograms(std::string name,
                                 std::string help,
                                 std::vector<double> upper_bounds,
                                 std::vector<std::string> label_names = {});
    /// A gauge or a counter without labels, whose value is read from `value` when the text is written.
    void gauge_func(std::string name, std::string help, std::function<double()> value);
    void counter_func(std::string name, std::string help, std::function<double()> value);
    /// A gauge or a counter with labels, whose samples are read from `read` when the text is written: a
    /// sample that is no longer there is dropped. So labels may have the names of objects of which there are
    /// few.
    using samples = std::vector<std::pair<label_values, double>>;
    void gauges_func(std::string name,
                     std::string help,
                     std::vector<std::string> label_names,
                     std::function<samples()> read);
    void counters_func(std::string name,
                       std::string help,
                       std::vector<std::string> label_names,
                       std::function<samples()> read);
    /// Histograms that others keep, and that are there when the text is written.
    using histogram_samples = std::vector<std::pair<label_values, const histogram*>>;
    void histograms_func(std::string name,
                         std::string help,
                         std::vector<std::string> label_names,
                         std::function<histogram_samples()> read);

    /// All metrics, sorted by name.
    [[nodiscard]] std::string text(exposition_format format = exposition_format::text) const;

 private:
    struct metric {
        std::string help;
        std::string_view type;
        std::function<void(exposition& to)> write_samples;
    };
    void add(std::string name, metric added);
    template <class Read>
    void add_func(std::string name,
                  std::string help,
                  std::string_view type,
                  std::vector<std::string> label_names,
                  Read read);
    template <class Family>
    Family& add_family(std::string name, std::string help, std::string_view type, Family empty);

    std::map<std::string, metric> metrics_;
};

}  // namespace runtime
