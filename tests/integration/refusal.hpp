// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"
#include "support/admin.hpp"

#include <string>

namespace harness {

/// Waits until the controller's user may not create a Secret in `ns`, or may: admission and authorization
/// learn of changes a moment later than the storage.
void await_creates(admin& api, const std::string& ns, bool refused);

/// A role whose rules for one kind of object are taken away, until restore().
class denied_right {
 public:
    /// `path`: of the Role or ClusterRole; a rule with resourceNames stays.
    denied_right(admin& api, std::string path, const std::string& resource);
    void restore();

 private:
    admin& api_;
    std::string path_;
    json shipped_;
};

/// The one entry of status.failures.
[[nodiscard]] json only_failure(const json& credential);

}  // namespace harness
