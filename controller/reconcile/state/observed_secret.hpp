// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/secret.hpp"
#include "kube/json.hpp"
#include "util/secret_bytes.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

inline constexpr std::string_view managed_by_label = "app.kubernetes.io/managed-by";
inline constexpr std::string_view managed_by_value = "regcred";
/// UIDs of the RegistryCredentials that own a copy, where a Retain policy forbids ownerReferences.
inline constexpr std::string_view owner_annotation = "regcred.dev/owner";
/// "NAMESPACE/NAME" under which the controller wrote a copy. A person or a backup program that copies the
/// Secret to another place copies this too, and so shows that it is not the controller's there.
inline constexpr std::string_view written_as_annotation = "regcred.dev/written-as";
/// Its value for a copy with this namespace and name.
[[nodiscard]] std::string written_as_value(const kube::object_meta& copy);

/// Which Secret written_as_annotation names.
enum class written_as : std::uint8_t { none, this_one, another };

/// What is kept of a Secret that has the name of a copy: enough to decide, and none of its data.
struct observed_secret {
    /// Without creationTimestamp and written_as_annotation; of a Secret that claims no owner of ours only
    /// name, namespace, uid, resourceVersion, and its finalizers while it is being deleted.
    kube::object_meta meta;
    bool docker_config = false;  // its type is kubernetes.io/dockerconfigjson
    bool immutable = false;
    bool labelled = false;      // has the managed-by label, which proves nothing: anyone can set a label
    bool has_managers = false;  // managedFields says who wrote it
    bool written_by_regcred = false;  // the controller is one of these
    written_as mark = written_as::none;
    bool only_document = false;     // data holds .dockerconfigjson and nothing else
    util::keyed_digest document{};  // of that value
};

/// Reduces a Secret to what is kept; its data is erased.
[[nodiscard]] observed_secret observe(kube::secret&& full);

/// UIDs of RegistryCredentials that the Secret names as its owners: in ownerReferences, and in
/// owner_annotation.
struct claimed_owners {
    std::vector<std::string> references;
    std::vector<std::string> annotated;
    [[nodiscard]] bool none() const noexcept { return references.empty() && annotated.empty(); }
    [[nodiscard]] bool include(const std::string& uid) const noexcept;
};
[[nodiscard]] claimed_owners owners_of(const kube::object_meta& meta);
[[nodiscard]] bool is_registry_credential(const kube::owner_reference& reference) noexcept;

/// Whether the Secret names a RegistryCredential as its owner: an ownerReference does, even if that object is
/// gone, since the garbage collector will delete the Secret; the annotation does so only while an object with
/// that UID exists, and afterwards the copy is retained. Anyone can copy both.
[[nodiscard]] bool names_owner(const observed_secret& present,
                               const std::function<bool(const std::string& uid)>& is_live);

/// Who wrote a Secret, as far as its metadata tells.
enum class author : std::uint8_t {
    regcred,  // the controller, and under this namespace and name
    others,   // only others, or the controller under another namespace or name
    unknown,  // a tool has stripped managedFields, or a controller without written_as_annotation wrote it
};
[[nodiscard]] author author_of(const observed_secret& present) noexcept;
[[nodiscard]] author author_of(const kube::secret& secret);

/// Who owns a Secret.
enum class ownership {
    absent,
    ours,
    foreign,  // all others: never written (except with Adopt), never deleted
};

/// A Secret that names an owner is ours unless its metadata shows that others wrote it. Where nobody can
/// tell, it is ours: else the copies of an older controller, and those of a cluster where managedFields are
/// stripped, would not be kept up to date.
[[nodiscard]] ownership ownership_of(const observed_secret* present,
                                     const std::function<bool(const std::string& uid)>& is_live);

/// What is kept of a Secret as the API server sends it.
[[nodiscard]] kube::result<observed_secret> decode_copy(const kube::json& object);

}  // namespace reconcile
