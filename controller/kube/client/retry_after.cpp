// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace kube {

namespace {

constexpr std::chrono::seconds max_wait{60};
constexpr std::array<std::string_view, 12> months{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Digits only, without sign or space.
std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::chrono::seconds> time_of_day(std::string_view text) {  // 08:49:37
    const auto hours = number(text.substr(0, 2));
    const auto minutes = number(text.substr(3, 2));
    const auto seconds = number(text.substr(6, 2));
    if (text[2] != ':' || text[5] != ':' || !hours || !minutes || !seconds) return std::nullopt;
    if (*hours > 23 || *minutes > 59 || *seconds > 60) return std::nullopt;  // 60: a leap second
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
}

/// IMF-fixdate, the only form that a sender may generate: "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
    constexpr std::string_view example = "Sun, 06 Nov 1994 08:49:37 GMT";
    if (text.size() != example.size() || text.substr(3, 2) != ", " || text.substr(25) != " GMT" ||
        text[7] != ' ' || text[11] != ' ' || text[16] != ' ') {
        return std::nullopt;
    }
    const auto day = number(text.substr(5, 2));
    const auto* const month = std::ranges::find(months, text.substr(8, 3));
    const auto year = number(text.substr(12, 4));
    const auto time = time_of_day(text.substr(17, 8));
    if (!day || month == months.end() || !year || !time) return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year(static_cast<int>(*year)),
        std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
        std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + *time;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, std::string_view date) {
    if (const auto seconds = number(value)) return std::min(std::chrono::seconds(*seconds), max_wait);
    const auto until = parse_date(value);
    const auto now = parse_date(date);
    if (!until || !now || *until < *now) return std::nullopt;
    return std::min(*until - *now, max_wait);
}

}  // namespace kube
