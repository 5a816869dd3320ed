// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/docker_config.hpp"

#include <string>
#include <vector>

namespace dockerconfig {

/// What a source gives.
struct selected_entries {
    std::vector<registry_entry> entries;  // at least one, sorted by key
    /// What was left out, what looks like a mistake though it is delivered, and which globs match nothing. A
    /// few short lines that hold no credential.
    std::vector<std::string> notes;
};

/// The entries of a docker config that one of the globs matches. An entry that is useless to the kubelet is
/// left out; several spellings of one registry are one entry. Errors: nothing_selected; the fault of the
/// first entry, if nothing is left; that of the first one that is neither usable nor useless; key_collision,
/// if two entries are one registry with different logins. The message names the entries.
[[nodiscard]] source_result<selected_entries> select_entries(const docker_config& config,
                                                             const std::vector<std::string>& globs);

}  // namespace dockerconfig
