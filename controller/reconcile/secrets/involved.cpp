// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/involved.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace reconcile {

namespace {

/// As the Secret's ownerReferences name them, living or not.
std::vector<std::string> referenced_names(const cell_view& view) {
    std::vector<std::string> names;
    if (view.present == nullptr) return names;
    for (const auto& reference : view.present->meta.owner_references) {
        if (is_registry_credential(reference)) names.push_back(reference.name);
    }
    return names;
}

}  // namespace

std::vector<std::string> names_behind(const cell_view& view) {
    std::vector<std::string> names;
    for (const auto& object : view.contributors.empty() ? view.owners : view.contributors)
        names.push_back(object->meta.name);
    return names;
}

std::string shown_names(const cell_view& view) {
    auto names = names_behind(view);
    if (names.empty()) names = referenced_names(view);
    return fmt::format("{}", fmt::join(names, ","));
}

std::set<std::string> concerned_by(const cell_view& view) {
    std::set<std::string> names;
    for (const auto* objects : {&view.contributors, &view.owners}) {
        for (const auto& object : *objects)
            names.insert(object->meta.name);
    }
    return names;
}

std::set<std::string> all_names(const cell_view& view) {
    auto names = concerned_by(view);
    for (auto& name : referenced_names(view))
        names.insert(std::move(name));
    return names;
}

}  // namespace reconcile
