// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/metrics.hpp"

#include "util/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

/// What stands under one name.
class metrics_registry::metric {
 public:
    metric(std::string help, std::string_view type) : help_(std::move(help)), type_(type) {}
    virtual ~metric() = default;
    metric(const metric&) = delete;
    metric& operator=(const metric&) = delete;

    void write(std::string& to, const std::string& name) const {
        append_header(to, name, help_, type_);
        write_samples(to, name);
    }

 private:
    virtual void write_samples(std::string& to, const std::string& name) const = 0;

    std::string help_;
    std::string_view type_;
};

class metrics_registry::counter_metric final : public metric {
 public:
    counter_metric(std::string help, std::vector<std::string> label_names)
        : metric(std::move(help), "counter"), family_(std::move(label_names)) {}
    counter_family& family() noexcept { return family_; }

 private:
    void write_samples(std::string& to, const std::string& name) const override {
        for (const auto& [values, counter] : family_.all())
            append_sample(to, name, family_.label_names(), values, counter.value());
    }

    counter_family family_;
};

class metrics_registry::func_metric final : public metric {
 public:
    func_metric(std::string help, std::string_view type, std::function<double()> value)
        : metric(std::move(help), type), value_(std::move(value)) {}

 private:
    void write_samples(std::string& to, const std::string& name) const override {
        append_sample(to, name, {}, {}, value_());
    }

    std::function<double()> value_;
};

metrics_registry::metrics_registry() = default;
metrics_registry::~metrics_registry() = default;

template <class Metric>
Metric& metrics_registry::add(std::string name, std::unique_ptr<Metric> metric) {
    if (!is_metric_name(name)) throw std::logic_error("not a metric name: " + name);
    if (metrics_.contains(name)) throw std::logic_error("a metric exists already: " + name);
    Metric& added = *metric;
    metrics_.emplace(std::move(name), std::move(metric));
    return added;
}

counter_family& metrics_registry::counters(std::string name,
                                           std::string help,
                                           std::vector<std::string> label_names) {
    auto metric = std::make_unique<counter_metric>(std::move(help), std::move(label_names));
    return add(std::move(name), std::move(metric)).family();
}

void metrics_registry::gauge_func(std::string name, std::string help, std::function<double()> value) {
    add(std::move(name), std::make_unique<func_metric>(std::move(help), "gauge", std::move(value)));
}

void metrics_registry::counter_func(std::string name, std::string help, std::function<double()> value) {
    add(std::move(name), std::make_unique<func_metric>(std::move(help), "counter", std::move(value)));
}

std::string metrics_registry::text() const {
    std::string text;
    for (const auto& [name, metric] : metrics_)
        metric->write(text, name);
    return text;
}

}  // namespace runtime
