// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/document.hpp"
#include "dockerconfig/login.hpp"
#include "reconcile/state/entry_origins.hpp"
#include "util/secret_bytes.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// The entries that a RegistryCredential delivers.
using entry_list = std::shared_ptr<const std::vector<dockerconfig::registry_entry>>;
/// The name of the source Secret of each entry, by registry key as written.
using source_names = std::map<std::string, std::string, std::less<>>;

/// Whether two deliver the same; null and an empty list differ.
[[nodiscard]] bool same_entries(const entry_list& a, const entry_list& b);

/// What one RegistryCredential gives to a Secret.
struct contribution {
    std::string uid;
    std::vector<dockerconfig::registry_entry> entries;
    source_names origins;
    bool complete = true;  // false: the content of one of its sources is not known
    bool kept = false;     // the copy has these entries already, so they fit
};

/// A registry that two RegistryCredentials have: the older one delivers it.
struct lost_registry {
    std::string loser;  // their UIDs
    std::string winner;
    dockerconfig::registry_key key;  // as the loser wrote it
};

/// What all contributors to one Secret deliver together. Many Secrets share one of these.
struct desired_secret {
    std::shared_ptr<const util::secret_bytes> document;  // null: no contributor has anything to deliver
    util::keyed_digest digest{};                         // of the document
    std::string origins;                                 // the value of entries_annotation
    std::string fault;  // why entries that are known cannot be delivered: together they are too large
    std::set<std::string> left_out;  // the UIDs of the contributors that this concerns
    std::vector<lost_registry> lost;
    bool complete = true;  // false: the entries of a contributor are not all known, or left out
};

/// The merge of the contributions, the oldest RegistryCredential's first. If all together have more than
/// `max_bytes`, or more entries than a copy can have or record, each that does not fit beside the older ones
/// is left out.
[[nodiscard]] desired_secret merge_contributions(const std::vector<contribution>& contributions,
                                                 std::size_t max_bytes = dockerconfig::max_document_bytes);

}  // namespace reconcile
