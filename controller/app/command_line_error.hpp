// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"

#include <CLI/CLI.hpp>

/// How the program ends for an error of the parser, which also reports --help and --version as errors.
[[nodiscard]] exit_now exit_for(const CLI::App& app, const CLI::ParseError& error);
