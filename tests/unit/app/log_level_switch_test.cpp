// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/log_level_switch.hpp"

#include <doctest/doctest.h>

using runtime::log_level;

TEST_CASE("the log level is switched to debug and back to the one of the flag") {
    CHECK((switched(log_level::info, log_level::info) == log_level::debug));
    CHECK((switched(log_level::debug, log_level::info) == log_level::info));
    CHECK((switched(log_level::error, log_level::error) == log_level::debug));
    CHECK((switched(log_level::debug, log_level::error) == log_level::error));
    CHECK((switched(log_level::debug, log_level::debug) == log_level::info));
    CHECK((switched(log_level::info, log_level::debug) == log_level::debug));
}
