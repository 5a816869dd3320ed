// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/timestamp.hpp"

#include <fmt/chrono.h>

#include <ctime>

namespace util {

using std::chrono::seconds;

namespace {

std::string whole_seconds(wall_time at) {
    return fmt::format("{:%FT%T}", fmt::gmtime(std::chrono::floor<seconds>(at).time_since_epoch().count()));
}

}  // namespace

std::string write_time(wall_time at) {
    return whole_seconds(at) + "Z";
}

std::string write_micro_time(wall_time at) {
    const auto fraction = at - std::chrono::floor<seconds>(at);
    const auto micros = std::chrono::floor<std::chrono::microseconds>(fraction).count();
    return whole_seconds(at) + fmt::format(".{:06}Z", micros);
}

std::optional<wall_time> read_time(std::string_view text) {
    const std::string terminated(text);
    std::tm parts{};
    if (strptime(terminated.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) return std::nullopt;
    const std::chrono::sys_seconds when{seconds{timegm(&parts)}};
    if (when < std::chrono::ceil<seconds>(wall_time::min()) ||
        when > std::chrono::floor<seconds>(wall_time::max()))
        return std::nullopt;
    // strptime() also accepts spaces and fewer digits, and timegm() dates that do not exist.
    if (write_time(when) != text) return std::nullopt;
    return wall_time{when};
}

}  // namespace util
