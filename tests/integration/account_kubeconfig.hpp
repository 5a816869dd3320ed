// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/admin.hpp"

#include <filesystem>
#include <string>

namespace harness {

/// Writes a kubeconfig, and the files that belong to it, for a ServiceAccount of the cluster that `api` talks
/// to: FOLDER/NAME.kubeconfig, whose path is returned. Its token is good for six hours.
std::filesystem::path write_account_kubeconfig(admin& api,
                                               const std::string& namespace_name,
                                               const std::string& account,
                                               const std::filesystem::path& folder,
                                               const std::string& name);

}  // namespace harness
