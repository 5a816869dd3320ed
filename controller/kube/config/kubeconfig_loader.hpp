// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/config/exec_plugin.hpp"
#include "kube/error.hpp"
#include "util/secret_bytes.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace kube {

/// A cluster, a context or a user of a kubeconfig.
struct kubeconfig_entry {
    std::string file;
    std::string folder;  // of the file: relative paths start here
    // Without the empty ones. Each may be a credential.
    std::map<std::string, util::secret_bytes, std::less<>> scalars;
    std::set<std::string, std::less<>> others;  // the names of lists and maps
    std::optional<exec_plugin> exec;            // its name is in `others` too

    [[nodiscard]] bool has(std::string_view name) const {
        return scalars.contains(name) || others.contains(name);
    }
    /// Empty when the member is absent. For values that are not credentials.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] util::secret_bytes secret(std::string_view name) const;
    /// The path that the member holds, relative to the file's folder.
    [[nodiscard]] std::string path(std::string_view name) const;
};

using kubeconfig_entries = std::map<std::string, kubeconfig_entry, std::less<>>;

struct kubeconfig_content {
    std::string current_context;
    kubeconfig_entries clusters;
    kubeconfig_entries contexts;
    kubeconfig_entries users;
};

/// Reads and merges files as client-go does: the first file that has an entry of that name, or
/// current-context, wins; entries are not merged by member. Ignores a file that does not exist if there are
/// others.
[[nodiscard]] result<kubeconfig_content> load_kubeconfig(const std::string& paths, bool single_file = false);

}  // namespace kube
