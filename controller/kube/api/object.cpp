// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/object.hpp"

#include "kube/field_reader.hpp"
#include "util/ascii.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kube {

namespace {

bool is_version(std::string_view text) noexcept {
    return !text.empty() && text.front() != '0' && std::ranges::all_of(text, util::is_digit);
}

result<owner_reference> read_owner_reference(const field_reader& from) {
    auto api_version = from.get_required_string("apiVersion");
    if (!api_version) return api_version.error();
    auto kind = from.get_required_string("kind");
    if (!kind) return kind.error();
    auto name = from.get_required_string("name");
    if (!name) return name.error();
    auto uid = from.get_required_string("uid");
    if (!uid) return uid.error();
    auto controller = from.get_bool("controller");
    if (!controller) return controller.error();
    auto block_owner_deletion = from.get_bool("blockOwnerDeletion");
    if (!block_owner_deletion) return block_owner_deletion.error();
    return owner_reference{std::move(*api_version),
                           std::move(*kind),
                           std::move(*name),
                           std::move(*uid),
                           *controller,
                           *block_owner_deletion};
}

result<void> read_identity(const field_reader& from, object_meta& meta) {
    auto name = from.get_required_string("name");
    if (!name) return name.error();
    auto uid = from.get_required_string("uid");
    if (!uid) return uid.error();
    auto resource_version = from.get_required_string("resourceVersion");
    if (!resource_version) return resource_version.error();
    auto namespace_name = from.get_string("namespace");
    if (!namespace_name) return namespace_name.error();
    auto created = from.get_string("creationTimestamp");
    if (!created) return created.error();
    auto generation = from.get_integer("generation");
    if (!generation) return generation.error();
    meta.name = std::move(*name);
    meta.uid = std::move(*uid);
    meta.resource_version = std::move(*resource_version);
    meta.namespace_name = std::move(*namespace_name).value_or(std::string{});
    meta.creation_timestamp = std::move(*created).value_or(std::string{});
    meta.generation = generation->value_or(0);
    meta.deleting = from.has("deletionTimestamp");
    return {};
}

result<void> read_labels_and_references(const field_reader& from, object_meta& meta) {
    auto labels = from.get_string_map("labels");
    if (!labels) return labels.error();
    auto annotations = from.get_string_map("annotations");
    if (!annotations) return annotations.error();
    auto finalizers = from.get_strings("finalizers");
    if (!finalizers) return finalizers.error();
    auto owners = from.get_objects("ownerReferences");
    if (!owners) return owners.error();
    for (const auto& each : *owners) {
        auto owner = read_owner_reference(each);
        if (!owner) return owner.error();
        meta.owner_references.push_back(std::move(*owner));
    }
    meta.labels = std::move(*labels);
    meta.annotations = std::move(*annotations);
    meta.finalizers = std::move(*finalizers);
    return {};
}

json write_map(const string_map& map) {
    json::object_t members;
    for (const auto& [key, value] : map)
        members.emplace_hint(members.end(), key, value);
    return members;
}

json write_owner_reference(const owner_reference& owner) {
    json::object_t members{
        {"apiVersion", owner.api_version}, {"kind", owner.kind}, {"name", owner.name}, {"uid", owner.uid}};
    if (owner.controller) members.emplace("controller", *owner.controller);
    if (owner.block_owner_deletion) members.emplace("blockOwnerDeletion", *owner.block_owner_deletion);
    return members;
}

}  // namespace

std::partial_ordering compare_resource_versions(std::string_view a, std::string_view b) noexcept {
    if (!is_version(a) || !is_version(b)) return std::partial_ordering::unordered;
    if (a.size() != b.size()) return a.size() <=> b.size();
    return a <=> b;
}

result<void> check_kind(const json& object, std::initializer_list<std::string_view> kinds) {
    if (!object.is_object()) return malformed("must be an object");
    auto kind = field_reader(object, {}).get_string("kind");
    if (!kind) return kind.error();
    if (*kind && std::ranges::find(kinds, **kind) == kinds.end()) {
        return malformed("kind: must be " + std::string(*kinds.begin()));
    }
    return {};
}

result<object_meta> read_meta(const json& object) {
    const auto* metadata = member(object, "metadata");
    if (metadata == nullptr) return malformed("metadata: required");
    if (!metadata->is_object()) return malformed("metadata: must be an object");
    const field_reader from(*metadata, "metadata");
    object_meta meta;
    if (auto read = read_identity(from, meta); !read) return read.error();
    if (auto read = read_labels_and_references(from, meta); !read) return read.error();
    return meta;
}

json write_meta(const object_meta& meta) {
    json::object_t members;
    const auto add_string = [&members](const char* name, const std::string& value) {
        if (!value.empty()) members.emplace(name, value);
    };
    add_string("name", meta.name);
    add_string("namespace", meta.namespace_name);
    add_string("uid", meta.uid);
    add_string("resourceVersion", meta.resource_version);
    if (!meta.labels.empty()) members.emplace("labels", write_map(meta.labels));
    if (!meta.annotations.empty()) members.emplace("annotations", write_map(meta.annotations));
    if (!meta.finalizers.empty()) members.emplace("finalizers", meta.finalizers);
    if (!meta.owner_references.empty()) {
        json::array_t owners;
        for (const auto& owner : meta.owner_references)
            owners.push_back(write_owner_reference(owner));
        members.emplace("ownerReferences", std::move(owners));
    }
    return members;
}

result<namespace_object> read_namespace(const json& object) {
    if (auto kind = check_kind(object, {"Namespace", "PartialObjectMetadata"}); !kind) return kind.error();
    auto meta = read_meta(object);
    if (!meta) return meta.error();
    return namespace_object{std::move(*meta)};
}

precondition::precondition(std::string uid, std::string resource_version)
    : uid_(std::move(uid)), resource_version_(std::move(resource_version)) {
    // Not an assert(), which a release build leaves out: an unconditional PUT overwrites any object.
    if (uid_.empty() || resource_version_.empty()) {
        throw std::logic_error("a precondition needs a uid and a resourceVersion");
    }
}

bound_body::bound_body(json object, const precondition& precondition) {
    auto& metadata = object["metadata"];
    metadata["uid"] = precondition.uid();
    metadata["resourceVersion"] = precondition.resource_version();
    text_ = util::secret_bytes(to_text(object));
}

}  // namespace kube
