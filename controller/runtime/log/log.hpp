// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace runtime {

enum class log_level { debug, info, warn, error };
enum class log_format { json, text };

[[nodiscard]] std::string_view to_string(log_level level) noexcept;
[[nodiscard]] std::optional<log_level> log_level_of(std::string_view name) noexcept;
[[nodiscard]] std::optional<log_format> log_format_of(std::string_view name) noexcept;

/// A name and a value, which must live as long as the call that logs them. Durations are written as
/// milliseconds.
class log_field {
 public:
    using value_type = std::variant<std::string_view, std::int64_t, double, bool, std::chrono::nanoseconds>;

    log_field(std::string_view name, std::string_view value) : name_(name), value_(value) {}
    log_field(std::string_view name, const std::string& value) : log_field(name, std::string_view(value)) {}
    log_field(std::string_view name, const char* value) : log_field(name, std::string_view(value)) {}
    log_field(std::string_view name, std::same_as<bool> auto value) : name_(name), value_(value) {}
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool>)
    log_field(std::string_view name, Integer value) : name_(name), value_(static_cast<std::int64_t>(value)) {}
    log_field(std::string_view name, std::floating_point auto value)
        : name_(name), value_(static_cast<double>(value)) {}
    template <class Rep, class Period>
    log_field(std::string_view name, std::chrono::duration<Rep, Period> value)
        : name_(name), value_(std::chrono::duration_cast<std::chrono::nanoseconds>(value)) {}

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const value_type& value() const noexcept { return value_; }

 private:
    std::string_view name_;
    value_type value_;
};

using log_fields = std::initializer_list<log_field>;

/// Takes whole lines without their newline.
class log_sink {
 public:
    virtual ~log_sink() = default;
    virtual void write(std::string line) = 0;
};

/// Writes structured records of `level` and above. `sink` must outlive it. A message is a constant, short,
/// lower-case text; everything that varies is a field. A concept has the same field name everywhere:
/// `namespace` and `name` of an object; `reason` and `message` of a condition or a failure; `event_reason` of
/// an Event; `error`, the text of an error, and `error_kind`; `watch`; `duration_ms`.
class logger {
 public:
    logger(log_sink& sink, log_level level, log_format format, wall_clock clock);

    void debug(std::string_view message, log_fields fields = {}) const {
        log(log_level::debug, message, fields);
    }
    void info(std::string_view message, log_fields fields = {}) const {
        log(log_level::info, message, fields);
    }
    void warn(std::string_view message, log_fields fields = {}) const {
        log(log_level::warn, message, fields);
    }
    void error(std::string_view message, log_fields fields = {}) const {
        log(log_level::error, message, fields);
    }
    void log(log_level level, std::string_view message, log_fields fields) const;
    [[nodiscard]] bool enabled(log_level level) const noexcept { return level >= level_; }
    [[nodiscard]] log_level level() const noexcept { return level_; }
    void set_level(log_level level) noexcept { level_ = level; }

 private:
    log_sink& sink_;
    log_level level_;
    log_format format_;
    wall_clock clock_;
};

/// One record as a line without its newline. json: an object with ts, level, msg and then the fields. text:
/// the same, for people. Every record is one line of printable ASCII: all other characters are escaped as in
/// JSON, so that no text can control a terminal or begin a line, and invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string format_record(
    log_format format, wall_time time, log_level level, std::string_view message, log_fields fields);

}  // namespace runtime
