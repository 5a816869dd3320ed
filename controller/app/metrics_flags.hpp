// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"

#include <string>

/// The flags of /metrics with TLS. `address` is only for the parser, and outlives it.
void add_metrics_options(CLI::App& app, std::string& address, config& result);

/// What is wrong with these flags together, for a user; empty: nothing.
[[nodiscard]] std::string fault_of(const secure_metrics& settings);
