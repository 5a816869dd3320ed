// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runtime {

/// Goes up only.
class counter {
 public:
    void add(double amount = 1.0) noexcept { value_ += amount; }
    [[nodiscard]] double value() const noexcept { return value_; }

 private:
    double value_ = 0;
};

class gauge {
 public:
    void set(double value) noexcept { value_ = value; }
    void add(double amount) noexcept { value_ += amount; }
    [[nodiscard]] double value() const noexcept { return value_; }

 private:
    double value_ = 0;
};

class histogram {
 public:
    /// `bounds` are the buckets' upper bounds, growing; one more without bound is added.
    explicit histogram(std::vector<double> bounds);
    void observe(double value) noexcept;
    [[nodiscard]] const std::vector<double>& bounds() const noexcept { return bounds_; }
    [[nodiscard]] const std::vector<std::uint64_t>& counts() const noexcept {
        return counts_;
    }  // of each bucket alone
    [[nodiscard]] double sum() const noexcept { return sum_; }

 private:
    std::vector<double> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

/// Seconds, from a millisecond to a minute.
[[nodiscard]] std::vector<double> default_buckets();

using label_values = std::vector<std::string>;

/// The metrics of one name. with() gives the one with these label values, in the order of the label names,
/// and makes it at 0 if it is new; the reference stays good. Label values come from a small fixed set: never
/// names of namespaces or of registries.
template <class Metric>
class metric_family {
 public:
    using factory = std::function<Metric()>;
    metric_family(std::vector<std::string> label_names, factory make)
        : names_(std::move(label_names)), make_(std::move(make)) {
        if (names_.empty()) (void)with({});
    }

    /// std::logic_error if there are not as many values as label names.
    Metric& with(const label_values& values);
    /// The one metric of a family without labels.
    Metric& only() { return with({}); }
    [[nodiscard]] const std::vector<std::string>& label_names() const noexcept { return names_; }
    [[nodiscard]] const std::map<label_values, Metric>& all() const noexcept { return metrics_; }

 private:
    std::vector<std::string> names_;
    factory make_;
    std::map<label_values, Metric> metrics_;
};

extern template class metric_family<counter>;
extern template class metric_family<gauge>;
extern template class metric_family<histogram>;

/// All metrics of the process and their text. One thread, so no atomics. A name that is not one of
/// Prometheus, or that is used twice, is a programming error (std::logic_error).
class metrics_registry {
 public:
    metrics_registry();
    ~metrics_registry();
    metrics_registry(const metrics_registry&) = delete;
    metrics_registry& operator=(const metrics_registry&) = delete;

    metric_family<counter>& counters(std::string name,
                                     std::string help,
                                     std::vector<std::string> label_names = {});
    metric_family<gauge>& gauges(std::string name,
                                 std::string help,
                                 std::vector<std::string> label_names = {});
    metric_family<histogram>& histograms(std::string name,
                                         std::string help,
                                         std::vector<double> bounds,
                                         std::vector<std::string> label_names = {});
    /// A gauge, or a count, that someone else keeps: asked for when the text is made. Label values are those
    /// of the caller's one time series.
    void gauge_of(std::string name, std::string help, std::function<double()> value);
    void counter_of(std::string name, std::string help, std::function<double()> value);

    /// Text exposition format 0.0.4, sorted by name.
    [[nodiscard]] std::string text() const;
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
    class family;
    template <class Metric>
    class family_of;
    class asked;
    template <class Family>
    Family& add(std::string name, std::unique_ptr<Family> made);

    std::map<std::string, std::unique_ptr<family>> families_;
};

}  // namespace runtime
