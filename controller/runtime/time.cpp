// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/time.hpp"

#include "util/timestamp.hpp"

namespace runtime {

std::string rfc3339(wall_time time) {
    return util::write_time(time);
}

std::string rfc3339_millis(wall_time time) {
    constexpr std::string_view form = "0000-00-00T00:00:00.000";
    return util::write_micro_time(time).substr(0, form.size()) + "Z";
}

duration scaled(duration base, double factor) noexcept {
    const double ticks = static_cast<double>(base.count()) * factor;
    if (ticks >= static_cast<double>(duration::max().count())) return duration::max();
    return duration{static_cast<duration::rep>(ticks)};
}

}  // namespace runtime
