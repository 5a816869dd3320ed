// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/delivery.hpp"

#include "dockerconfig/document.hpp"

namespace reconcile {

delivery deliver(const std::vector<entry_list>& contributors) {
    delivery result;
    std::vector<std::vector<dockerconfig::registry_entry>> known;
    known.reserve(contributors.size());
    for (const auto& entries : contributors) {
        known.push_back(entries != nullptr ? *entries : std::vector<dockerconfig::registry_entry>{});
        if (entries == nullptr) result.secret.complete = false;
    }
    auto merged = dockerconfig::merge(known);
    result.conflicts = std::move(merged.conflicts);
    if (merged.entries.empty()) return result;

    auto document = dockerconfig::write_document(merged.entries);
    if (document.has_error()) {
        result.secret.fault = document.error().message;
        return result;
    }
    result.secret.digest = util::digest_of(document->reveal());
    result.secret.document = std::make_shared<const util::secret_bytes>(std::move(*document));
    return result;
}

delivery_cache::shared delivery_cache::find(const std::string& key) const {
    const auto found = known_.find(key);
    return found == known_.end() ? nullptr : found->second;
}

}  // namespace reconcile
