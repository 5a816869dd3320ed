// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// The values of flags. Each function returns what is wrong with a text, for a user; empty: nothing.

/// Of --service-accounts: all of them.
inline constexpr std::string_view every_account = "*";

[[nodiscard]] std::string check_secret_name(const std::string& name);
[[nodiscard]] std::string check_account_name(const std::string& name);  // or every_account
[[nodiscard]] std::string check_lease_name(const std::string& name);
[[nodiscard]] std::string check_namespace(const std::string& name);

/// Reads "127.0.0.1:8080", "[::]:8080" or ":8080" (every address).
[[nodiscard]] std::string read_address(const std::string& text, std::string& host, std::uint16_t& port);
/// Reads "15s", or a number of seconds.
[[nodiscard]] std::string read_seconds(const std::string& text, std::chrono::seconds& seconds);
