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

/// A cluster, a context or a user of a kubeconfig: its texts, and the names of those of its members that are
/// not texts.
struct kubeconfig_entry {
    std::string file;
    std::string folder;  // of the file: relative paths start here
    std::map<std::string, util::secret_bytes, std::less<>>
        texts;  // without the empty ones; any may be a credential
    std::set<std::string, std::less<>> others;
    std::optional<exec_plugin> exec;  // the member of that name, which is in `others` too

    [[nodiscard]] bool has(std::string_view name) const {
        return texts.contains(name) || others.contains(name);
    }
    /// Empty when there is none. For what is no credential.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] util::secret_bytes secret(std::string_view name) const;
    /// A path as seen from the file.
    [[nodiscard]] std::string path(std::string_view name) const;
};

using kubeconfig_entries = std::map<std::string, kubeconfig_entry, std::less<>>;

struct kubeconfig_content {
    std::string current_context;
    kubeconfig_entries clusters;
    kubeconfig_entries contexts;
    kubeconfig_entries users;
};

/// Reads and merges as client-go does: of entries with the same name, and of current-context, the one in the
/// first file wins, whole. A file that does not exist is passed over when there are others.
[[nodiscard]] result<kubeconfig_content> load_kubeconfig(const std::string& paths);

}  // namespace kube
