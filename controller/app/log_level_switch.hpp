// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log/log.hpp"

/// The log level after SIGUSR2: debug, or back to the one that the flag says (info, if that is debug).
[[nodiscard]] constexpr runtime::log_level switched(runtime::log_level now,
                                                    runtime::log_level configured) noexcept {
    if (now != runtime::log_level::debug) return runtime::log_level::debug;
    return configured == runtime::log_level::debug ? runtime::log_level::info : configured;
}
