// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/log.hpp"

#include "kube/json.hpp"
#include "util/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace runtime {

namespace {

constexpr std::array<std::pair<std::string_view, log_level>, 4> levels{{{"debug", log_level::debug},
                                                                        {"info", log_level::info},
                                                                        {"warn", log_level::warn},
                                                                        {"error", log_level::error}}};

/// `2026-01-02T03:04:05.678Z`, rounded down.
std::string rfc3339_millis(wall_time time) {
    constexpr std::string_view form = "0000-00-00T00:00:00.000";
    return util::write_micro_time(time).substr(0, form.size()) + "Z";
}

bool needs_no_escape(char c) noexcept {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/// As the inside of a JSON string, in ASCII.
void append_json_escaped(std::string& to, std::string_view text) {
    if (std::ranges::all_of(text, needs_no_escape)) {
        to += text;
        return;
    }
    constexpr bool ascii_only = true;
    const std::string quoted =
        kube::json(std::string(text)).dump(-1, ' ', ascii_only, kube::json::error_handler_t::replace);
    to += std::string_view(quoted).substr(1, quoted.size() - 2);
}

void append_quoted(std::string& line, std::string_view text) {
    line += '"';
    append_json_escaped(line, text);
    line += '"';
}

/// Whether the text format writes it without quotes.
bool is_plain(std::string_view text) noexcept {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '='; });
}

struct value_writer {
    std::string& line;
    log_format format;

    void operator()(std::string_view text) const {
        if (format == log_format::text && is_plain(text)) {
            line += text;
        } else {
            append_quoted(line, text);
        }
    }
    void operator()(std::int64_t value) const { line += fmt::format("{}", value); }
    void operator()(double value) const {
        // JSON has neither infinity nor NaN.
        line += std::isfinite(value) ? fmt::format("{}", value) : "null";
    }
    void operator()(bool value) const { line += value ? "true" : "false"; }
    void operator()(std::chrono::nanoseconds value) const {
        const auto micros = std::chrono::round<std::chrono::microseconds>(value).count();
        line += fmt::format("{}", static_cast<double>(micros) / 1000.0);
    }
};

std::string json_record(wall_time time, log_level level, std::string_view message, log_fields fields) {
    std::string line =
        fmt::format(R"({{"ts":"{}","level":"{}","msg":)", rfc3339_millis(time), to_string(level));
    append_quoted(line, message);
    for (const log_field& field : fields) {
        line += ',';
        append_quoted(line, field.name());
        line += ':';
        std::visit(value_writer{line, log_format::json}, field.value());
    }
    line += '}';
    return line;
}

std::string text_record(wall_time time, log_level level, std::string_view message, log_fields fields) {
    std::string line = fmt::format("{} {:<5} ", rfc3339_millis(time), to_string(level));
    append_json_escaped(line, message);
    for (const log_field& field : fields) {
        line += ' ';
        append_json_escaped(line, field.name());
        line += '=';
        std::visit(value_writer{line, log_format::text}, field.value());
    }
    return line;
}

}  // namespace

std::string_view to_string(log_level level) noexcept {
    return levels.at(static_cast<std::size_t>(level)).first;
}

std::optional<log_level> log_level_of(std::string_view name) noexcept {
    for (const auto& [text, level] : levels) {
        if (text == name) return level;
    }
    return std::nullopt;
}

std::optional<log_format> log_format_of(std::string_view name) noexcept {
    if (name == "json") return log_format::json;
    if (name == "text") return log_format::text;
    return std::nullopt;
}

logger::logger(log_sink& sink, log_level level, log_format format, wall_clock clock)
    : sink_(sink), level_(level), format_(format), clock_(std::move(clock)) {}

void logger::log(log_level level, std::string_view message, log_fields fields) const {
    if (!enabled(level)) return;
    sink_.write(format_record(format_, clock_(), level, message, fields));
}

std::string format_record(
    log_format format, wall_time time, log_level level, std::string_view message, log_fields fields) {
    return format == log_format::json ? json_record(time, level, message, fields)
                                      : text_record(time, level, message, fields);
}

}  // namespace runtime
