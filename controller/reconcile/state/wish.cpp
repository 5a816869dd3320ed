// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/wish.hpp"

#include <algorithm>
#include <functional>
#include <string>

namespace reconcile {

namespace {

std::uint64_t mixed(std::uint64_t seed, std::uint64_t value) {
    return (seed ^ value) * 0x9E3779B97F4A7C15ULL;
}

}  // namespace

std::uint64_t spec_of(const v1alpha1::registry_credential& object) {
    return mixed(std::hash<std::string>{}(object.meta.uid),
                 static_cast<std::uint64_t>(object.meta.generation));
}

std::uint64_t wish_of(const cell_view& view) {
    std::uint64_t wish = 0;
    for (const auto byte : view.desired.digest)
        wish = mixed(wish, byte);
    return mixed(wish, specs_of(view.contributors));
}

std::uint64_t specs_of(const contributor_list& objects) {
    std::uint64_t sum = 0;
    for (const auto& object : objects)
        sum += spec_of(*object);
    return std::max<std::uint64_t>(sum, 1);
}

bool removal_is_asked_for(const cell_view& view, std::uint64_t specs_then) {
    if (view.present == nullptr) return false;
    const auto named = owners_of(view.present->meta);
    if (view.owners.size() < named.references.size() + named.annotated.size()) return true;
    return specs_then != 0 && specs_then != specs_of(view.owners);
}

}  // namespace reconcile
