// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/contributors.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <tuple>

namespace reconcile {

bool precedes(const kube::object_meta& a, const kube::object_meta& b) noexcept {
    return std::tie(a.creation_timestamp, a.uid) < std::tie(b.creation_timestamp, b.uid);
}

namespace {

bool is_before(const contributor_list::value_type& a, const contributor_list::value_type& b) noexcept {
    return precedes(a->meta, b->meta);
}

}  // namespace

void sort_by_precedence(contributor_list& objects) {
    std::ranges::sort(objects, is_before);
}

contributor_list in_order(const contributor_list& a, const contributor_list& b) {
    contributor_list all;
    std::ranges::merge(a, b, std::back_inserter(all), is_before);
    return all;
}

std::uint64_t hash_combine(std::uint64_t seed, std::uint64_t value) noexcept {
    return (seed ^ value) * 0x9E3779B97F4A7C15ULL;
}

std::uint64_t spec_of(const v1alpha1::registry_credential& object) {
    return hash_combine(std::hash<std::string>{}(object.meta.uid),
                        static_cast<std::uint64_t>(object.meta.generation));
}

namespace {

std::uint64_t hash_strings(std::uint64_t seed, const std::vector<std::string>& texts) {
    for (const auto& text : texts)
        seed = hash_combine(seed, std::hash<std::string>{}(text));
    return hash_combine(seed, texts.size());
}

template <class Hash>
std::vector<std::uint64_t> sorted_hashes(const contributor_list& objects, Hash hash) {
    std::vector<std::uint64_t> hashes;
    hashes.reserve(objects.size());
    for (const auto& object : objects)
        hashes.push_back(hash(*object));
    std::ranges::sort(hashes);
    return hashes;
}

}  // namespace

std::uint64_t selection_of(const v1alpha1::registry_credential& object) {
    const auto& rules = object.namespaces;
    auto hash = hash_strings(0, {object.meta.uid, object.secret_name});
    hash = hash_strings(hash_strings(hash, rules.include), rules.exclude);
    hash = hash_combine(hash, rules.selector ? 1 : 0);
    if (!rules.selector) return hash;
    for (const auto& each : rules.selector->requirements) {
        hash = hash_combine(hash_strings(hash, {each.key}), static_cast<std::uint64_t>(each.op));
        hash = hash_strings(hash, each.values);
    }
    return hash;
}

std::uint64_t account_selection_of(const v1alpha1::registry_credential& object) {
    return hash_strings(selection_of(object), object.service_accounts);
}

std::vector<std::uint64_t> selections_of(const contributor_list& objects) {
    return sorted_hashes(objects, selection_of);
}

std::vector<std::uint64_t> account_selections_of(const contributor_list& objects) {
    return sorted_hashes(objects, account_selection_of);
}

void add_names(std::set<std::string>& names, const contributor_list& objects) {
    for (const auto& object : objects)
        names.insert(object->meta.name);
}

}  // namespace reconcile
