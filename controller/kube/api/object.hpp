// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/fields.hpp"
#include "kube/json.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

struct owner_reference {
    std::string api_version;
    std::string kind;
    std::string name;
    std::string uid;
    std::optional<bool> controller;
    std::optional<bool> block_owner_deletion;
    friend bool operator==(const owner_reference&, const owner_reference&) = default;
};

/// metav1.ObjectMeta as far as this program reads or must carry it through a PUT.
struct object_meta {
    std::string name;
    std::string namespace_name;  // empty for cluster-scoped objects
    std::string uid;
    std::string resource_version;
    std::int64_t generation = 0;
    std::string creation_timestamp;  // RFC 3339, UTC, whole seconds, as the server writes it: sorts as text
    bool deleting = false;           // deletionTimestamp is set
    string_map labels;
    string_map annotations;
    std::vector<owner_reference> owner_references;
    std::vector<std::string> finalizers;
};

/// malformed when the object says that it is of another kind than these. The items of a typed list say no
/// kind.
[[nodiscard]] result<void> check_kind(const json& object, std::initializer_list<std::string_view> kinds);

/// Reads `metadata`. malformed without a name, a uid or a resourceVersion, or with labels that are not text.
[[nodiscard]] result<object_meta> read_meta(const json& object);

/// The metadata that a create or an update sends: name, namespace, labels, annotations, ownerReferences,
/// finalizers, and uid and resourceVersion where they are set. managedFields is left out, which the server
/// takes as "unchanged".
[[nodiscard]] json write_meta(const object_meta& meta);

/// A Namespace, read from its metadata alone (PartialObjectMetadata): the API server sets the
/// deletionTimestamp in the same write as the phase Terminating.
struct namespace_object {
    object_meta meta;
};

[[nodiscard]] result<namespace_object> read_namespace(const json& object);

/// What a write to an existing object is bound to. Secrets accept a PUT without a resourceVersion and
/// overwrite whatever is there, so the client's writes take this type, which cannot be made of empty texts: a
/// programming error, so it throws std::logic_error.
class precondition {
 public:
    precondition(std::string uid, std::string resource_version);
    explicit precondition(const object_meta& meta) : precondition(meta.uid, meta.resource_version) {}
    [[nodiscard]] const std::string& uid() const noexcept { return uid_; }
    [[nodiscard]] const std::string& resource_version() const noexcept { return resource_version_; }

 private:
    std::string uid_;
    std::string resource_version_;
};

}  // namespace kube
