// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
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

using label_values = std::vector<std::string>;

/// Counts values, such as seconds, by how large they are.
class histogram {
 public:
    /// `upper_bounds` ascend.
    explicit histogram(std::vector<double> upper_bounds);

    void observe(double value) noexcept;
    void observe(std::chrono::duration<double> value) noexcept { observe(value.count()); }
    [[nodiscard]] const std::vector<double>& upper_bounds() const noexcept { return upper_bounds_; }
    /// How many values were not larger than each bound; the last is of all values.
    [[nodiscard]] std::vector<double> cumulative_counts() const;
    [[nodiscard]] double sum() const noexcept { return sum_; }

 private:
    std::vector<double> upper_bounds_;
    std::vector<double> counts_;  // of each bucket alone; the last has no bound
    double sum_ = 0;
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

/// All metrics of the process and their text. For one thread. A name that Prometheus does not allow, or that
/// is used twice, is a programming error (std::logic_error).
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
    /// A gauge with labels, whose samples are read from `samples` when the text is written: a sample that is
    /// no longer there is dropped. So labels may have the names of objects of which there are few.
    using gauge_samples = std::vector<std::pair<label_values, double>>;
    void gauges_func(std::string name,
                     std::string help,
                     std::vector<std::string> label_names,
                     std::function<gauge_samples()> samples);

    /// Prometheus' text exposition format 0.0.4, sorted by name.
    [[nodiscard]] std::string text() const;
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
    struct metric {
        std::string help;
        std::string_view type;
        std::function<void(std::string& to, const std::string& name)> write_samples;
    };
    void add(std::string name, metric added);
    void add_func(std::string name, std::string help, std::string_view type, std::function<double()> value);

    std::map<std::string, metric> metrics_;
};

}  // namespace runtime
