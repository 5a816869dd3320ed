// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace util {

namespace {

struct parts {
    int year;
    unsigned month;
    unsigned day;
    std::chrono::hh_mm_ss<std::chrono::microseconds> time;
};

parts parts_of(wall_time time) {
    using namespace std::chrono;
    const auto when = floor<microseconds>(time);
    const auto midnight = floor<days>(when);
    const year_month_day date{midnight};
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            hh_mm_ss<microseconds>{when - midnight}};
}

std::string whole_seconds(const parts& at) {
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                       at.year,
                       at.month,
                       at.day,
                       at.time.hours().count(),
                       at.time.minutes().count(),
                       at.time.seconds().count());
}

/// The number that these digits make, or -1.
int digits(std::string_view text, std::size_t from, std::size_t count) noexcept {
    int number = 0;
    for (const char c : text.substr(from, count)) {
        if (c < '0' || c > '9') return -1;
        number = number * 10 + (c - '0');
    }
    return number;
}

}  // namespace

std::string write_time(wall_time at) {
    return whole_seconds(parts_of(at)) + "Z";
}

std::string write_micro_time(wall_time at) {
    const auto split = parts_of(at);
    return whole_seconds(split) + fmt::format(".{:06}Z", split.time.subseconds().count());
}

std::optional<wall_time> read_time(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view form = "0000-00-00T00:00:00Z";
    if (text.size() != form.size()) return std::nullopt;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '0' && text[i] != form[i]) return std::nullopt;
    }
    const int year_number = digits(text, 0, 4);
    const int month_number = digits(text, 5, 2);
    const int day_number = digits(text, 8, 2);
    const int hour = digits(text, 11, 2);
    const int minute = digits(text, 14, 2);
    const int second = digits(text, 17, 2);
    if (std::min({year_number, month_number, day_number, hour, minute, second}) < 0) return std::nullopt;
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const year_month_day date{year{year_number},
                              month{static_cast<unsigned>(month_number)},
                              day{static_cast<unsigned>(day_number)}};
    if (!date.ok()) return std::nullopt;
    const sys_seconds when = sys_days{date} + hours{hour} + minutes{minute} + seconds{second};
    if (when < ceil<seconds>(wall_time::min()) || when > floor<seconds>(wall_time::max()))
        return std::nullopt;
    return wall_time{when};
}

}  // namespace util
