// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/resolver.hpp"

#include "reconcile/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reconcile {

source_secret read_source(kube::secret&& full) {
    source_secret kept{.meta = {}, .parsed = parse_source_secret(full)};
    kept.meta.name = std::move(full.meta.name);
    kept.meta.namespace_name = std::move(full.meta.namespace_name);
    kept.meta.uid = std::move(full.meta.uid);
    kept.meta.resource_version = std::move(full.meta.resource_version);
    full.data.clear();
    return kept;
}

source_result<std::vector<registry_entry>> resolver::read(const kube::credential_source& source,
                                                          const lookup& find) const {
    const auto* secret = find(source.secret_name);
    if (secret->parsed.has_error()) return secret->parsed.error();
    return select_entries(**secret->parsed, source);
}

resolution resolver::resolve(const kube::registry_credential& object, const lookup& find) {
    resolution result;
    remembered good_now;
    std::vector<source_entries> all;
    bool known = true;
    auto& before = last_good_[object.meta.uid];
    const auto blame = [&result](std::string_view reason, std::string message) {
        if (result.verdict.reason.empty()) result.verdict = {.reason = reason, .message = std::move(message)};
    };

    for (const auto& source : object.sources) {
        if (find(source.secret_name) == nullptr) {
            blame(reasons::source_not_found,
                  fmt::format("Secret {0}/{1} does not exist; create it with 'kubectl -n {0} create secret "
                              "docker-registry {1} ...' or correct spec.sources",
                              own_namespace_,
                              source.secret_name));
        } else if (auto entries = read(source, find); entries.has_error()) {
            blame(entries.error().reason(), entries.error().message);
        } else {
            good_now.emplace_back(source, *entries);
            all.push_back({.secret_name = source.secret_name, .entries = std::move(*entries)});
            continue;
        }
        const auto last = std::ranges::find(before, source, &remembered::value_type::first);
        if (last == before.end()) {
            known = false;
            continue;
        }
        good_now.push_back(*last);
        all.push_back({.secret_name = source.secret_name, .entries = last->second});
    }
    before = std::move(good_now);

    auto combined = combine_sources(all);
    if (combined.has_error()) {
        blame(combined.error().reason(), combined.error().message);
    } else if (known) {
        result.entries = std::make_shared<const std::vector<registry_entry>>(std::move(*combined));
    }
    return result;
}

bool same_entries(const entry_list& a, const entry_list& b) {
    if (a == nullptr || b == nullptr) return a == b;
    return *a == *b;
}

}  // namespace reconcile
