// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/contributors.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <tuple>
#include <utility>

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

template <class Select>
selection_list sorted_selections(const contributor_list& objects, Select select) {
    selection_list selections;
    selections.reserve(objects.size());
    for (const auto& object : objects) {
        selections.push_back(select(*object));
        selections.back().spec = object;
    }
    std::ranges::sort(selections);
    return selections;
}

selection_list::const_iterator find_object(const selection_list& selections, std::uint64_t object) {
    return std::ranges::find(selections, object, &recorded_selection::object);
}

std::uint64_t hash_object(const v1alpha1::registry_credential& object) {
    return std::hash<std::string>{}(object.meta.uid);
}

std::uint64_t hash_rules(const v1alpha1::registry_credential& object) {
    const auto& rules = object.namespaces;
    auto hash = hash_strings(hash_strings(0, rules.include), rules.exclude);
    hash = hash_combine(hash, rules.selector ? 1 : 0);
    if (!rules.selector) return hash;
    for (const auto& each : rules.selector->requirements) {
        hash = hash_combine(hash_strings(hash, {each.key}), static_cast<std::uint64_t>(each.op));
        hash = hash_strings(hash, each.values);
    }
    return hash;
}

}  // namespace

recorded_selection selection_of(const v1alpha1::registry_credential& object) {
    return {.object = hash_object(object), .rules = hash_rules(object)};
}

recorded_selection account_selection_of(const v1alpha1::registry_credential& object) {
    auto selection = selection_of(object);
    selection.rules =
        hash_strings(hash_strings(selection.rules, {object.secret_name}), object.service_accounts);
    return selection;
}

selection_list selections_of(const contributor_list& objects) {
    return sorted_selections(objects, selection_of);
}

selection_list account_selections_of(const contributor_list& objects) {
    return sorted_selections(objects, account_selection_of);
}

selection_list with_rules_alone(selection_list selections) {
    for (auto& each : selections) {
        if (each.spec == nullptr) continue;
        v1alpha1::registry_credential rules;
        rules.secret_name = each.spec->secret_name;
        rules.namespaces = each.spec->namespaces;
        rules.service_accounts = each.spec->service_accounts;
        each.spec = std::make_shared<const v1alpha1::registry_credential>(std::move(rules));
    }
    return selections;
}

const v1alpha1::registry_credential* spec_before_edit(const selection_set& recorded,
                                                      const recorded_selection& now) {
    if (recorded == nullptr) return nullptr;
    const auto before = find_object(*recorded, now.object);
    return before != recorded->end() && before->rules != now.rules ? before->spec.get() : nullptr;
}

bool is_recorded(const selection_set& recorded, const v1alpha1::registry_credential& object) {
    return recorded != nullptr && find_object(*recorded, hash_object(object)) != recorded->end();
}

selection_list merge_selections(selection_list wanting,
                                const selection_list& others,
                                const selection_set& recorded) {
    for (const auto& other : others) {
        if (find_object(wanting, other.object) != wanting.end()) continue;
        const bool changed = spec_before_edit(recorded, other) != nullptr;
        wanting.push_back(changed ? *find_object(*recorded, other.object) : other);
    }
    std::ranges::sort(wanting);
    return wanting;
}

void add_names(std::set<std::string>& names, const contributor_list& objects) {
    for (const auto& object : objects)
        names.insert(object->meta.name);
}

}  // namespace reconcile
