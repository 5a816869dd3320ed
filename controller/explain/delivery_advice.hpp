// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/observation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace explain {

/// Which RegistryCredentials would deliver a Secret that the Pod lists and that does not exist, and what
/// prevents each of them.
[[nodiscard]] std::vector<std::string> advise_on_missing_secret(const observation& seen,
                                                                const std::string& secret);

/// Which RegistryCredentials have a login for a repository in a Secret that the Pod does not list.
[[nodiscard]] std::vector<std::string> advise_on_unlisted_secrets(const observation& seen,
                                                                  std::string_view repository);

}  // namespace explain
