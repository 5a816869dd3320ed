// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/metrics.hpp"

#include "runtime/metrics/exposition.hpp"

#include <algorithm>
#include <stdexcept>

namespace runtime {

histogram::histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {
    if (!std::ranges::is_sorted(bounds_, std::less_equal<>{})) throw std::logic_error("buckets must grow");
}

void histogram::observe(double value) noexcept {
    const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
    ++counts_[static_cast<std::size_t>(bucket)];
    sum_ += value;
}

std::vector<double> default_buckets() {
    return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
}

template <class Metric>
Metric& metric_family<Metric>::with(const label_values& values) {
    if (values.size() != names_.size()) throw std::logic_error("a value for each label is needed");
    const auto found = metrics_.find(values);
    if (found != metrics_.end()) return found->second;
    return metrics_.emplace(values, make_()).first->second;
}

template class metric_family<counter>;
template class metric_family<gauge>;
template class metric_family<histogram>;

/// What stands under one name.
class metrics_registry::family {
 public:
    family(std::string help, std::string_view type) : help_(std::move(help)), type_(type) {}
    virtual ~family() = default;
    family(const family&) = delete;
    family& operator=(const family&) = delete;

    void write(std::string& to, const std::string& name) const {
        exposition::append_header(to, name, help_, type_);
        write_samples(to, name);
    }

 private:
    virtual void write_samples(std::string& to, const std::string& name) const = 0;

    std::string help_;
    std::string_view type_;
};

template <class Metric>
class metrics_registry::family_of final : public family {
 public:
    family_of(std::string help, std::string_view type, metric_family<Metric> metrics)
        : family(std::move(help), type), metrics_(std::move(metrics)) {}
    metric_family<Metric>& metrics() noexcept { return metrics_; }

 private:
    void write_samples(std::string& to, const std::string& name) const override {
        for (const auto& [values, metric] : metrics_.all()) {
            exposition::append_metric(to, name, metrics_.label_names(), values, metric);
        }
    }

    metric_family<Metric> metrics_;
};

class metrics_registry::asked final : public family {
 public:
    asked(std::string help, std::string_view type, std::function<double()> value)
        : family(std::move(help), type), value_(std::move(value)) {}

 private:
    void write_samples(std::string& to, const std::string& name) const override {
        exposition::append_sample(to, name, {}, {}, value_());
    }

    std::function<double()> value_;
};

metrics_registry::metrics_registry() = default;
metrics_registry::~metrics_registry() = default;

template <class Family>
Family& metrics_registry::add(std::string name, std::unique_ptr<Family> made) {
    if (!exposition::is_metric_name(name)) throw std::logic_error("not a metric's name: " + name);
    if (families_.contains(name)) throw std::logic_error("a metric made twice: " + name);
    Family& kept = *made;
    families_.emplace(std::move(name), std::move(made));
    return kept;
}

metric_family<counter>& metrics_registry::counters(std::string name,
                                                   std::string help,
                                                   std::vector<std::string> label_names) {
    metric_family<counter> metrics(std::move(label_names), [] { return counter{}; });
    return add(std::move(name),
               std::make_unique<family_of<counter>>(std::move(help), "counter", std::move(metrics)))
        .metrics();
}

metric_family<gauge>& metrics_registry::gauges(std::string name,
                                               std::string help,
                                               std::vector<std::string> label_names) {
    metric_family<gauge> metrics(std::move(label_names), [] { return gauge{}; });
    return add(std::move(name),
               std::make_unique<family_of<gauge>>(std::move(help), "gauge", std::move(metrics)))
        .metrics();
}

metric_family<histogram>& metrics_registry::histograms(std::string name,
                                                       std::string help,
                                                       std::vector<double> bounds,
                                                       std::vector<std::string> label_names) {
    metric_family<histogram> metrics(std::move(label_names),
                                     [bounds = std::move(bounds)] { return histogram{bounds}; });
    return add(std::move(name),
               std::make_unique<family_of<histogram>>(std::move(help), "histogram", std::move(metrics)))
        .metrics();
}

void metrics_registry::gauge_of(std::string name, std::string help, std::function<double()> value) {
    add(std::move(name), std::make_unique<asked>(std::move(help), "gauge", std::move(value)));
}

void metrics_registry::counter_of(std::string name, std::string help, std::function<double()> value) {
    add(std::move(name), std::make_unique<asked>(std::move(help), "counter", std::move(value)));
}

std::string metrics_registry::text() const {
    std::string all;
    for (const auto& [name, family] : families_)
        family->write(all, name);
    return all;
}

}  // namespace runtime
