// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/field_reader.hpp"
#include "kube/json.hpp"
#include "util/secret_bytes.hpp"

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

/// Compares two resourceVersions of one type of object. They are comparable as decimal integers of any length
/// without leading zeros since Kubernetes 1.35 (KEP-5504), and were so in fact before; "" and "0" are no
/// versions. unordered: one of them is not such a number, and nothing can be said.
[[nodiscard]] std::partial_ordering compare_resource_versions(std::string_view a,
                                                              std::string_view b) noexcept;

/// Whether `a` is known to be older than `b`.
[[nodiscard]] inline bool is_older(std::string_view a, std::string_view b) noexcept {
    return compare_resource_versions(a, b) == std::partial_ordering::less;
}

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

/// The body of an update or a merge patch. It cannot be made without a precondition: the server answers 409
/// when the stored object has another uid or resourceVersion.
class bound_body {
 public:
    /// Sets metadata.uid and metadata.resourceVersion.
    bound_body(json object, const precondition& precondition);
    [[nodiscard]] util::secret_bytes take() && { return std::move(text_); }

 private:
    friend class secret_encoder;  // of write_secret(), which puts the precondition into the text
    explicit bound_body(util::secret_bytes text) : text_(std::move(text)) {}

    util::secret_bytes text_;
};

/// A resource of the API. A list of its objects has the kind + "List".
struct resource {
    std::string_view group_version;  // "v1" (the core group), "events.k8s.io/v1"
    std::string_view plural;         // "secrets"
    std::string_view kind;           // "Secret"
    bool namespaced = true;
    bool bookmarks = true;  // whether the server caches it and sends a bookmark about every minute
};

inline constexpr resource namespaces{"v1", "namespaces", "Namespace", false};
inline constexpr resource secrets{"v1", "secrets", "Secret", true};
inline constexpr resource service_accounts{"v1", "serviceaccounts", "ServiceAccount", true};
inline constexpr resource events{"events.k8s.io/v1", "events", "Event", true, false};
/// The same objects as `events`, with the fields of core/v1, in which the kubelet writes them.
inline constexpr resource core_events{"v1", "events", "Event", true, false};
inline constexpr resource pods{"v1", "pods", "Pod"};

}  // namespace kube
