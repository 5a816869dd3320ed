// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

/// Forbids core files, which would hold credentials, and ignores SIGPIPE, which a closed connection or log
/// would raise. From then on host names are looked up in /etc/hosts and in DNS, whatever /etc/nsswitch.conf
/// says.
void set_up_process();

/// Runs the program and returns its exit code. An exception, which is a bug, becomes an error text and
/// `code_of_bug`.
[[nodiscard]] int run_guarded(const char* program, int code_of_bug, const std::function<int()>& run);

/// Ignores SIGHUP, which a closed terminal sends to the controller. Token and certificate files are read
/// again by themselves, so the signal has nothing to do.
void ignore_hangup();
