// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/metrics/histogram.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace runtime {

using label_values = std::vector<std::string>;

/// A format in which Prometheus reads metrics.
enum class exposition_format {
    text,          // text exposition format 0.0.4
    open_metrics,  // OpenMetrics 1.0.0
};

/// The format to answer in, by an HTTP header Accept: OpenMetrics if the client prefers it to text/plain.
[[nodiscard]] exposition_format format_for(std::string_view accept);
[[nodiscard]] std::string_view content_type_of(exposition_format format) noexcept;

/// Writes metrics in one format, one family after the other.
class exposition {
 public:
    explicit exposition(exposition_format format) : format_(format) {}

    /// Begins a family: `type` is gauge, counter or histogram. The name of a counter ends in _total.
    void begin(std::string_view name, std::string_view help, std::string_view type);
    /// Of the family that was begun. As many `values` as `labels`.
    void sample(const std::vector<std::string>& labels, const label_values& values, double value);
    void sample(const std::vector<std::string>& labels, const label_values& values, const histogram& value);
    /// Ends the text and returns it.
    [[nodiscard]] std::string take() &&;

 private:
    void append(std::string_view suffix,
                const std::vector<std::string>& labels,
                const label_values& values,
                double value);
    [[nodiscard]] std::string bound(double value) const;

    exposition_format format_;
    std::string text_;
    std::string name_;  // of the family
};

}  // namespace runtime
