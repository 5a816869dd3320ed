// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/log_format.hpp"

#include "kube/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace runtime {

namespace {

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

std::string format_record(
    log_format format, wall_time time, log_level level, std::string_view message, log_fields fields) {
    return format == log_format::json ? json_record(time, level, message, fields)
                                      : text_record(time, level, message, fields);
}

}  // namespace runtime
