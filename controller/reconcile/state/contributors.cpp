// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/contributors.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

namespace reconcile {

bool precedes(const kube::object_meta& a, const kube::object_meta& b) noexcept {
    return std::tie(a.creation_timestamp, a.uid) < std::tie(b.creation_timestamp, b.uid);
}

std::uint64_t hash_combine(std::uint64_t seed, std::uint64_t value) noexcept {
    return (seed ^ value) * 0x9E3779B97F4A7C15ULL;
}

std::uint64_t spec_of(const v1alpha1::registry_credential& object) {
    const auto hash = hash_combine(std::hash<std::string>{}(object.meta.uid),
                                   static_cast<std::uint64_t>(object.meta.generation));
    return std::max<std::uint64_t>(hash, 1);
}

std::vector<std::uint64_t> specs_of(const contributor_list& objects) {
    std::vector<std::uint64_t> specs;
    specs.reserve(objects.size());
    for (const auto& object : objects)
        specs.push_back(spec_of(*object));
    std::ranges::sort(specs);
    return specs;
}

void add_names(std::set<std::string>& names, const contributor_list& objects) {
    for (const auto& object : objects)
        names.insert(object->meta.name);
}

}  // namespace reconcile
