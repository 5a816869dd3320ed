// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/field_reader.hpp"
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

/// The fields of metav1.ObjectMeta that a controller reads or must keep in a PUT.
struct object_meta {
    std::string name;
    std::string namespace_name;  // empty for cluster-scoped objects
    std::string uid;
    std::string resource_version;
    std::int64_t generation = 0;
    std::string creation_timestamp;  // RFC 3339 in UTC, whole seconds: sorts as text
    bool deleting = false;           // deletionTimestamp is set
    string_map labels;
    string_map annotations;
    std::vector<owner_reference> owner_references;
    std::vector<std::string> finalizers;
};

/// malformed when the object's kind is none of these. An object without a kind passes: the items of a list
/// have none.
[[nodiscard]] result<void> check_kind(const json& object, std::initializer_list<std::string_view> kinds);

/// Reads `metadata`. malformed without a name, a uid or a resourceVersion, and when a field has another type.
[[nodiscard]] result<object_meta> read_meta(const json& object);

/// The metadata of a create or an update: name, namespace, uid, resourceVersion, labels, annotations,
/// finalizers and ownerReferences, each where it is set. Without managedFields, which the server then keeps.
[[nodiscard]] json write_meta(const object_meta& meta);

/// A Namespace, read from its metadata alone (PartialObjectMetadata): the API server sets the
/// deletionTimestamp in the same write as the phase Terminating.
struct namespace_object {
    object_meta meta;
};

[[nodiscard]] result<namespace_object> read_namespace(const json& object);

/// The uid and resourceVersion that an existing object must have for a write to succeed. The server accepts a
/// PUT of a Secret without a resourceVersion and overwrites any Secret, so the writers take this type: its
/// constructor throws std::logic_error for empty strings, a programming error.
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
