// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/eventually.hpp"

#include "support/last_change.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <thread>

namespace harness {

void wait_until(std::string_view condition,
                const std::function<std::string()>& missing,
                std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        const auto seen = missing();
        if (seen.empty()) return;
        if (std::chrono::steady_clock::now() > deadline)
            throw timed_out(fmt::format("not within {}: {}\nlast seen: {}", limit, condition, seen));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void eventually(std::string_view condition,
                const std::function<std::string()>& missing,
                std::chrono::milliseconds limit) {
    bool waited = false;
    const auto look = [&] {
        auto seen = missing();
        waited = waited || !seen.empty();
        return seen;
    };
    wait_until(condition, look, limit);
    if (waited) last_change::note();
}

}  // namespace harness
