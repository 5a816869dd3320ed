// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace harness {

namespace {

constexpr double width = 420;  // of a panel
constexpr double height = 260;
constexpr double left = 58;  // of the plot within the panel
constexpr double top = 34;
constexpr double plot_width = 346;
constexpr double plot_height = 140;
constexpr std::size_t legend_lines = 4;

constexpr std::array colors{
    "#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0"};

struct point {
    double time;
    double value;
};
struct line {
    std::string legend;
    std::vector<point> points;
};

/// Puts labels into Grafana's legend: "{{name}} selected".
std::string legend_of(std::string format, const json& labels) {
    for (auto begin = format.find("{{"); begin != std::string::npos; begin = format.find("{{")) {
        const auto end = format.find("}}", begin);
        if (end == std::string::npos) break;
        format.replace(begin, end + 2 - begin, labels.value(format.substr(begin + 2, end - begin - 2), ""));
    }
    return format;
}

std::vector<line> lines_of(const named_query& query, const json& result) {
    std::vector<line> lines;
    for (const auto& series : result) {
        line made{.legend = legend_of(query.legend, series.at("metric")), .points = {}};
        for (const auto& sample : series.at("values")) {
            const auto value = std::stod(sample.at(1).get<std::string>());
            if (std::isfinite(value)) made.points.push_back({sample.at(0).get<double>(), value});
        }
        if (!made.points.empty()) lines.push_back(std::move(made));
    }
    return lines;
}

/// A round number that is not smaller.
double round_up(double value) {
    if (value <= 0) return 1;
    const auto power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 5.0, 10.0}) {
        if (value <= step * power) return step * power;
    }
    return 10 * power;
}

std::string shown(double value, const std::string& unit) {
    if (unit == "bytes") return fmt::format("{:.0f} MiB", value / 1024 / 1024);
    if (unit == "percentunit") return fmt::format("{:.1f} %", value * 100);
    if (unit == "s" && value < 1) return fmt::format("{:.0f} ms", value * 1000);
    return fmt::format("{:.4g}{}", value, unit == "s" ? " s" : "");
}

std::string escaped(std::string_view text) {
    std::string to;
    for (const char c : text) {
        if (c == '<') {
            to += "&lt;";
        } else if (c == '&') {
            to += "&amp;";
        } else {
            to += c;
        }
    }
    return to;
}

std::string text_at(double x, double y, std::string_view text, std::string_view more = {}) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, more, escaped(text));
}

std::string panel(const std::string& title, const std::string& unit, const std::vector<line>& lines) {
    double first = INFINITY;
    double last = 0;
    double largest = 0;
    for (const auto& each : lines) {
        first = std::min(first, each.points.front().time);
        last = std::max(last, each.points.back().time);
        for (const auto& [time, value] : each.points)
            largest = std::max(largest, value);
    }
    const auto scale = round_up(largest);
    std::string svg = text_at(left, 20, title, "font-weight=\"bold\"");
    for (const double part : {0.0, 0.5, 1.0}) {
        const auto y = top + plot_height * (1 - part);
        svg += fmt::format("<path d=\"M{} {:.1f}h{}\" stroke=\"#8886\"/>\n", left, y, plot_width);
        svg += text_at(left - 6, y + 4, shown(scale * part, unit), "text-anchor=\"end\"");
    }
    svg += text_at(left, top + plot_height + 16, "0 s");
    svg += text_at(left + plot_width,
                   top + plot_height + 16,
                   fmt::format("{:.0f} s", last - first),
                   "text-anchor=\"end\"");
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string path;
        for (const auto& [time, value] : lines[i].points) {
            path += fmt::format("{}{:.1f} {:.1f}",
                                path.empty() ? "M" : "L",
                                left + plot_width * (time - first) / std::max(1.0, last - first),
                                top + plot_height * (1 - value / scale));
        }
        const auto* color = colors.at(i % colors.size());
        svg +=
            fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>\n", path, color);
        if (i >= 2 * legend_lines) continue;
        const auto x = left + static_cast<double>(i % 2) * plot_width / 2;
        const auto y = top + plot_height + 34 + 15 * std::floor(static_cast<double>(i) / 2);
        svg += fmt::format(
            "<path d=\"M{:.1f} {:.1f}h12\" stroke=\"{}\" stroke-width=\"3\"/>\n", x, y - 4, color);
        svg += text_at(x + 16, y, lines[i].legend);
    }
    return svg;
}

}  // namespace

std::vector<std::pair<std::string, std::vector<std::string>>> charts_of_readme() {
    return {{"delivery.svg",
             {"From a new namespace to its Secret", "Writes of Secrets", "Namespaces by RegistryCredential"}},
            {"work.svg", {"Objects that wait", "Work, p99", "Repairs of what others have changed"}},
            {"process.svg", {"Requests", "CPU", "Memory"}}};
}

void write_chart(const std::string& file,
                 const std::vector<std::string>& titles,
                 const std::function<json(const named_query&)>& ask) {
    const auto queries = dashboard_queries();
    std::string panels;
    for (std::size_t i = 0; i < titles.size(); ++i) {
        std::vector<line> lines;
        std::string unit;
        for (const auto& query : queries) {
            if (query.title != titles[i]) continue;
            unit = query.unit;
            auto more = lines_of(query, ask(query));
            std::ranges::move(more, std::back_inserter(lines));
        }
        if (lines.empty()) throw std::runtime_error("the panel has no samples: " + titles[i]);
        panels += fmt::format("<g transform=\"translate({:.0f} 0)\">\n{}</g>\n",
                              width * static_cast<double>(i),
                              panel(titles[i], unit, lines));
    }
    std::ofstream(file) << fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 "
        "{0:.0f} {1:.0f}\" "
        "font-family=\"sans-serif\" font-size=\"11\" fill=\"#666\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{2}</svg>\n",
        width * static_cast<double>(titles.size()),
        height,
        panels);
}

}  // namespace harness
