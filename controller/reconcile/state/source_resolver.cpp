// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/source_resolver.hpp"

#include "dockerconfig/merge.hpp"
#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>

namespace reconcile {

namespace {

using remembered =
    std::vector<std::pair<v1alpha1::credential_source, std::vector<dockerconfig::registry_entry>>>;

const remembered::value_type* find_source(const remembered& among,
                                          const v1alpha1::credential_source& source) {
    const auto found = std::ranges::find(among, source, &remembered::value_type::first);
    return found == among.end() ? nullptr : &*found;
}

std::vector<dockerconfig::source_entries> as_sources(const remembered& contents) {
    std::vector<dockerconfig::source_entries> all;
    all.reserve(contents.size());
    for (const auto& [source, entries] : contents)
        all.push_back({.secret_name = source.secret_name, .entries = entries});
    return all;
}

/// Like an invalid source, a source with a registry of another source changes nothing: both go back to what
/// they had before, and one that had nothing is left out. Returns the first duplicate.
std::optional<dockerconfig::source_error> revert_duplicates(remembered& contents, const remembered& before) {
    std::optional<dockerconfig::source_error> first;
    auto sources = as_sources(contents);
    const auto erase_at = [](auto& all, std::size_t index) {
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(index));
    };
    while (const auto found = dockerconfig::find_duplicate(sources)) {
        if (!first) first = found->error;
        bool reverted = false;
        for (const auto index : {found->second, found->first}) {
            auto& content = contents[index];
            const auto* last = find_source(before, content.first);
            if (last != nullptr && last->second == content.second) continue;
            reverted = true;
            if (last != nullptr) {
                content.second = sources[index].entries = last->second;
            } else {
                erase_at(contents, index);
                erase_at(sources, index);
            }
        }
        // What was delivered before has no duplicate; without this a mistake there would never end.
        if (reverted) continue;
        erase_at(contents, found->second);
        erase_at(sources, found->second);
    }
    return first;
}

cause as_cause(const dockerconfig::source_error& error) {
    return {.reason = reason_of(error.fault), .message = error.message};
}

/// The password comes from a file: a command line is seen by others, and kept in the shell's history.
cause not_found(const v1alpha1::credential_source& source, const std::string& own_namespace) {
    const auto arguments = source.registry.empty()
                               ? fmt::format("docker-registry {} ...", source.secret_name)
                               : fmt::format(
                                     "generic {} --type=kubernetes.io/basic-auth --from-literal=username=... "
                                     "--from-file=password=...",
                                     source.secret_name);
    return {.reason = reasons::source_not_found,
            .message = fmt::format("Secret {0}/{1} does not exist; create it with 'kubectl -n {0} create "
                                   "secret {2}' or correct spec.sources",
                                   own_namespace,
                                   source.secret_name,
                                   arguments)};
}

/// Whether the source's `registry` or `registries` do not fit the Secret, which can be read.
bool is_mistake_in_spec(dockerconfig::source_fault fault) {
    using enum dockerconfig::source_fault;
    return fault == nothing_selected || fault == registry_missing || fault == registry_not_allowed ||
           fault == registries_not_allowed;
}

v1alpha1::credential_source without_limits(v1alpha1::credential_source source) {
    source.registry.clear();
    source.registries.clear();
    return source;
}

/// The first problem is the one to tell.
void blame(resolution& result, cause problem) {
    if (result.fault.reason.empty()) result.fault = std::move(problem);
}

}  // namespace

dockerconfig::source_result<selected_entries> source_resolver::read(const v1alpha1::credential_source& source,
                                                                    const lookup& find) const {
    const auto* secret = find(source.secret_name);
    if (secret->parsed.has_error()) return secret->parsed.error();
    return select_entries(**secret->parsed, source);
}

source_resolver::remembered source_resolver::read_all(const v1alpha1::registry_credential& object,
                                                      const remembered& before,
                                                      const lookup& find,
                                                      resolution& result,
                                                      source_list& mistaken) const {
    remembered contents;
    for (const auto& source : object.sources) {
        if (find(source.secret_name) == nullptr) {
            blame(result, not_found(source, own_namespace_));
        } else if (auto selected = read(source, find); selected.has_error()) {
            blame(result, as_cause(selected.error()));
            if (is_mistake_in_spec(selected.error().fault)) mistaken.push_back(source);
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
    source_list mistaken;
    auto contents = read_all(object, before, find, result, mistaken);
    if (const auto duplicate = revert_duplicates(contents, before)) blame(result, as_cause(*duplicate));
    for (const auto& source : object.sources) {
        const auto* known = find_source(contents, source);
        if (known == nullptr) {
            const bool is_mistaken = std::ranges::find(mistaken, source) != mistaken.end();
            result.unknown.push_back(is_mistaken ? without_limits(source) : source);
        } else {
            for (const auto& entry : known->second)
                result.origins.emplace(entry.key.written(), source.secret_name);
        }
    }
    result.entries = std::make_shared<const std::vector<dockerconfig::registry_entry>>(
        dockerconfig::combine_sources(as_sources(contents)));
    // The copies still have what a suspended object delivered last.
    if (!object.suspend) before = std::move(contents);
    return result;
}

}  // namespace reconcile
