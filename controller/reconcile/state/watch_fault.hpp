// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/reasons.hpp"
#include "runtime/cache/reflector.hpp"
#include "runtime/time.hpp"

#include <cstdint>
#include <string>

namespace reconcile {

/// What the controller watches besides copies: all of it must have been listed before work begins.
enum class watched : std::uint8_t { sources, namespaces, credentials };

/// Why the watch of the Secrets of this name is of no use, and what to do: RBAC has denied it for
/// some seconds, or its first list has failed for so long. An empty reason: it works, or may soon.
[[nodiscard]] cause copy_watch_fault(const std::string& secret_name,
                                     const runtime::watch_health& health,
                                     runtime::time_point now);

/// The same for another watch.
[[nodiscard]] cause watch_fault(watched what,
                                const std::string& own_namespace,
                                const runtime::watch_health& health,
                                runtime::time_point now);

}  // namespace reconcile
