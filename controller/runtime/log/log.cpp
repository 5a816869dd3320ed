// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/log.hpp"

#include "runtime/log/log_format.hpp"

#include <array>
#include <utility>

namespace runtime {

namespace {

constexpr std::array<std::pair<std::string_view, log_level>, 4> levels{{{"debug", log_level::debug},
                                                                        {"info", log_level::info},
                                                                        {"warn", log_level::warn},
                                                                        {"error", log_level::error}}};

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

}  // namespace runtime
