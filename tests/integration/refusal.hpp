// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"
#include "support/admin.hpp"

namespace harness {

/// Waits until the controller's user may not create a Secret in `ns`, or may: admission and authorization
/// learn of changes a moment later than the storage.
void await_creates(admin& api, const std::string& ns, bool refused);

/// The one entry of status.failures.
[[nodiscard]] json only_failure(const json& credential);

}  // namespace harness
