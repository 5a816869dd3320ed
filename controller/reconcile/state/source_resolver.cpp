// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/source_resolver.hpp"

#include "dockerconfig/merge.hpp"
#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace reconcile {

namespace {

using remembered =
    std::vector<std::pair<v1alpha1::credential_source, std::vector<dockerconfig::registry_entry>>>;

const remembered::value_type* find_source(const remembered& among,
                                          const v1alpha1::credential_source& source) {
    const auto found = std::ranges::find(among, source, &remembered::value_type::first);
    return found == among.end() ? nullptr : &*found;
}

/// The remembered contents of these sources.
remembered last_of(const remembered& all, const std::vector<v1alpha1::credential_source>& sources) {
    remembered kept;
    for (const auto& source : sources) {
        if (const auto* last = find_source(all, source)) kept.push_back(*last);
    }
    return kept;
}

dockerconfig::source_result<std::vector<dockerconfig::registry_entry>> combine(const remembered& contents) {
    std::vector<dockerconfig::source_entries> all;
    all.reserve(contents.size());
    for (const auto& [source, entries] : contents)
        all.push_back({.secret_name = source.secret_name, .entries = entries});
    return dockerconfig::combine_sources(all);
}

}  // namespace

dockerconfig::source_result<selected_entries> source_resolver::read(const v1alpha1::credential_source& source,
                                                                    const lookup& find) const {
    const auto* secret = find(source.secret_name);
    if (secret->parsed.has_error()) return secret->parsed.error();
    return select_entries(**secret->parsed, source);
}

resolution source_resolver::resolve(const v1alpha1::registry_credential& object, const lookup& find) {
    resolution result;
    remembered contents;
    auto& before = last_good_[object.meta.uid];
    const auto blame = [&result](std::string_view reason, std::string message) {
        if (result.fault.reason.empty()) result.fault = {.reason = reason, .message = std::move(message)};
    };

    for (const auto& source : object.sources) {
        if (find(source.secret_name) == nullptr) {
            blame(reasons::source_not_found,
                  fmt::format("Secret {0}/{1} does not exist; create it with 'kubectl -n {0} create secret "
                              "docker-registry {1} ...' or correct spec.sources",
                              own_namespace_,
                              source.secret_name));
        } else if (auto selected = read(source, find); selected.has_error()) {
            blame(reason_of(selected.error().fault), selected.error().message);
        } else {
            contents.emplace_back(source, std::move(selected->entries));
            std::ranges::move(selected->notes, std::back_inserter(result.notes));
            continue;
        }
        if (const auto* last = find_source(before, source)) contents.push_back(*last);
    }

    auto combined = combine(contents);
    if (combined.has_error()) {
        // Like an invalid source, a source with a registry of another source changes nothing.
        blame(reason_of(combined.error().fault), combined.error().message);
        contents = last_of(before, object.sources);
        combined = combine(contents);
    }
    if (combined.has_error()) {
        contents.clear();
        combined = std::vector<dockerconfig::registry_entry>{};
    }
    for (const auto& source : object.sources) {
        const auto* known = find_source(contents, source);
        if (known == nullptr) {
            result.unknown.push_back(source);
        } else {
            for (const auto& entry : known->second)
                result.origins.emplace(entry.key.written(), source.secret_name);
        }
    }
    result.entries = std::make_shared<const std::vector<dockerconfig::registry_entry>>(std::move(*combined));
    before = std::move(contents);
    return result;
}

}  // namespace reconcile
