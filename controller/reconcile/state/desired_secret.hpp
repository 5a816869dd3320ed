// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/login.hpp"
#include "util/secret_bytes.hpp"

#include <memory>
#include <string>
#include <vector>

namespace reconcile {

/// The entries that a RegistryCredential delivers. Null: one of its sources cannot be read, and its last good
/// content is not known.
using entry_list = std::shared_ptr<const std::vector<dockerconfig::registry_entry>>;

/// Whether two deliver the same; null and an empty list differ.
[[nodiscard]] bool same_entries(const entry_list& a, const entry_list& b);

/// What the contributors to one Secret deliver together. Many Secrets share one of these.
struct desired_secret {
    std::shared_ptr<const util::secret_bytes> document;  // null: no contributor has anything to deliver
    util::keyed_digest digest{};                         // of the document
    std::string fault;     // why entries that are known cannot be delivered: together they are too large
    bool complete = true;  // false: the entries of a contributor are not known
};

/// The merge of the contributors' entries, oldest first.
[[nodiscard]] desired_secret merge_contributors(const std::vector<entry_list>& contributors);

}  // namespace reconcile
