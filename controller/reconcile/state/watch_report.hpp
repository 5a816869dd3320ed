// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/cache/reflector.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace reconcile {

/// What metrics and logs tell of a watch.
struct watch_report {
    std::string watch;  // a name without the name of a namespace: "secrets named regcred"
    runtime::watch_health health;
    std::size_t unreadable = 0;  // objects that cannot be decoded
};

[[nodiscard]] inline watch_report report_on(std::string watch, const runtime::reflector& reader) {
    return {.watch = std::move(watch), .health = reader.health(), .unreadable = reader.unreadable()};
}

}  // namespace reconcile
