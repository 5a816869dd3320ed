// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/selection.hpp"

#include "util/glob.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace reconcile {

namespace {

bool any_matches(const std::vector<std::string>& globs, std::string_view name) {
    return std::ranges::any_of(globs,
                               [name](const std::string& glob) { return util::glob_matches(glob, name); });
}

bool named_literally(const std::vector<std::string>& globs, std::string_view name) {
    return std::ranges::find(globs, name) != globs.end();
}

}  // namespace

bool is_system_namespace(std::string_view name, std::string_view own_namespace) noexcept {
    constexpr std::array<std::string_view, 3> system{"kube-system", "kube-public", "kube-node-lease"};
    return name == own_namespace || std::ranges::find(system, name) != system.end();
}

bool is_opted_out(const kube::object_meta& meta) noexcept {
    const auto found = meta.annotations.find(opt_out_annotation);
    return found != meta.annotations.end() && found->second == "true";
}

bool same_for_selection(const kube::object_meta& a, const kube::object_meta& b) {
    return a.uid == b.uid && a.labels == b.labels && a.deleting == b.deleting &&
           is_opted_out(a) == is_opted_out(b);
}

selection select(const v1alpha1::namespace_selection& rules,
                 const kube::object_meta& meta,
                 std::string_view own_namespace) {
    if (meta.deleting) return selection::terminating;
    if (is_opted_out(meta)) return selection::opted_out;
    if (any_matches(rules.exclude, meta.name)) return selection::excluded;
    if (is_system_namespace(meta.name, own_namespace) && !named_literally(rules.include, meta.name)) {
        return selection::system_namespace;
    }
    // The CRD demands one of the two; an object without both selects nothing rather than everything.
    if (rules.include.empty() && !rules.selector) return selection::not_included;
    if (!rules.include.empty() && !any_matches(rules.include, meta.name)) return selection::not_included;
    if (rules.selector && !rules.selector->matches(meta.labels)) return selection::labels_differ;
    return selection::selected;
}

kube::result<kube::namespace_object> decode_namespace(const kube::json& object) {
    auto decoded = kube::read_namespace(object);
    if (decoded.has_error()) return decoded.error();
    kube::string_map kept;
    const auto found = decoded->meta.annotations.find(opt_out_annotation);
    if (found != decoded->meta.annotations.end()) kept.emplace(found->first, found->second);
    decoded->meta.annotations = std::move(kept);
    decoded->meta.creation_timestamp = {};
    decoded->meta.finalizers = {};
    decoded->meta.owner_references = {};
    return decoded;
}

}  // namespace reconcile
