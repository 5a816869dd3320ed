// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/desired_secret.hpp"

#include "dockerconfig/document.hpp"
#include "dockerconfig/merge.hpp"

#include <utility>

namespace reconcile {

bool same_entries(const entry_list& a, const entry_list& b) {
    if (a == nullptr || b == nullptr) return a == b;
    return *a == *b;
}

desired_secret merge_contributors(const std::vector<entry_list>& contributors) {
    desired_secret desired;
    std::vector<std::vector<dockerconfig::registry_entry>> known;
    known.reserve(contributors.size());
    for (const auto& entries : contributors) {
        if (entries == nullptr) {
            desired.complete = false;
        } else {
            known.push_back(*entries);
        }
    }
    const auto merged = dockerconfig::merge(known);
    if (merged.entries.empty()) return desired;

    auto document = dockerconfig::write_document(merged.entries);
    if (document.has_error()) {
        desired.fault = document.error().message;
        return desired;
    }
    desired.digest = util::digest_of(document->reveal());
    desired.document = std::make_shared<const util::secret_bytes>(std::move(*document));
    return desired;
}

}  // namespace reconcile
