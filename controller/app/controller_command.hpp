// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs the controller until SIGTERM or SIGINT. Returns the exit code: 0 after a shutdown in order, 1 if it
/// cannot start or must be started again (the log says why), 2 for a mistake in the flags or the kubeconfig.
[[nodiscard]] int controller_command(int argc, const char* const* argv);
