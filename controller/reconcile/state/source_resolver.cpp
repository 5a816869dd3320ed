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

dockerconfig::source_result<selected_entries> read(const source_secret& secret,
                                                   const v1alpha1::credential_source& source) {
    if (secret.parsed.has_error()) return secret.parsed.error();
    return select_entries(**secret.parsed, source);
}

cause not_found(const std::string& own_namespace, const std::string& secret_name) {
    return {.reason = reasons::source_not_found,
            .message = fmt::format(
                "Secret {0}/{1} does not exist; create it with 'kubectl -n {0} create secret docker-registry "
                "{1} ...' or correct spec.sources",
                own_namespace,
                secret_name)};
}

cause cause_of(const dockerconfig::source_error& error) {
    return {.reason = reason_of(error.fault), .message = error.message};
}

void keep_first(cause& fault, cause found) {
    if (fault.reason.empty()) fault = std::move(found);
}

/// Which source each entry is from, and which sources have no known content.
void add_origins(resolution& result,
                 const std::vector<v1alpha1::credential_source>& sources,
                 const remembered& contents) {
    for (const auto& source : sources) {
        const auto* known = find_source(contents, source);
        if (known == nullptr) {
            result.unknown.push_back(source);
            continue;
        }
        for (const auto& entry : known->second)
            result.origins.emplace(entry.key.written(), source.secret_name);
    }
}

}  // namespace

/// The contents of the sources as they are now or, of one that is not valid now, as they last were. Adds the
/// fault and the notes to `result`.
auto source_resolver::contents_of(const std::vector<v1alpha1::credential_source>& sources,
                                  const lookup& find,
                                  const remembered& before,
                                  resolution& result) const -> remembered {
    remembered contents;
    for (const auto& source : sources) {
        if (const auto* secret = find(source.secret_name); secret == nullptr) {
            keep_first(result.fault, not_found(own_namespace_, source.secret_name));
        } else if (auto selected = read(*secret, source); selected.has_error()) {
            keep_first(result.fault, cause_of(selected.error()));
        } else {
            contents.emplace_back(source, std::move(selected->entries));
            std::ranges::move(selected->notes, std::back_inserter(result.notes));
            continue;
        }
        if (const auto* last = find_source(before, source)) contents.push_back(*last);
    }
    return contents;
}

resolution source_resolver::resolve(const v1alpha1::registry_credential& object, const lookup& find) {
    resolution result;
    auto& before = last_good_[object.meta.uid];
    auto contents = contents_of(object.sources, find, before, result);
    auto combined = combine(contents);
    if (combined.has_error()) {
        // Like an invalid source, a source with a registry of another source changes nothing.
        keep_first(result.fault, cause_of(combined.error()));
        contents = last_of(before, object.sources);
        combined = combine(contents);
    }
    if (combined.has_error()) {
        contents.clear();
        combined = std::vector<dockerconfig::registry_entry>{};
    }
    add_origins(result, object.sources, contents);
    result.entries = std::make_shared<const std::vector<dockerconfig::registry_entry>>(std::move(*combined));
    before = std::move(contents);
    return result;
}

}  // namespace reconcile
