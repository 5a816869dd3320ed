// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/condition.hpp"
#include "kube/api/object.hpp"
#include "kube/api/selector.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace v1alpha1 {

inline constexpr std::string_view regcred_group = "regcred.dev";
inline constexpr std::string_view regcred_api_version = "regcred.dev/v1alpha1";
inline constexpr std::string_view registry_credential_kind = "RegistryCredential";
/// The field manager of all of the controller's writes. A copy that a person made of a Secret names another
/// one: the API server sets it.
inline constexpr std::string_view field_manager = "regcred-controller";
inline constexpr kube::resource registry_credentials{
    regcred_api_version, "registrycredentials", registry_credential_kind, false};

enum class conflict_policy { fail, adopt };
enum class deletion_policy { delete_, retain };

struct credential_source {
    std::string secret_name;
    std::string registry;                 // for basic-auth; empty otherwise
    std::vector<std::string> registries;  // globs; empty: all
    friend bool operator==(const credential_source&, const credential_source&) = default;
};

struct namespace_selection {
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    std::optional<kube::label_selector> selector;
};

struct namespace_failure {
    std::string namespace_name;
    std::string reason;
    std::string message;
    std::string since;  // RFC 3339
    friend bool operator==(const namespace_failure&, const namespace_failure&) = default;
};

/// A Pod that is waiting for its image because its pull Secret could not be read.
struct affected_pod {
    std::string namespace_name;
    std::string pod;
    std::string secret;
    std::string reason;
    std::string last_seen;  // RFC 3339
    friend bool operator==(const affected_pod&, const affected_pod&) = default;
};

struct namespace_counts {
    std::int64_t selected = 0;
    std::int64_t synced = 0;
    std::int64_t failed = 0;
    friend bool operator==(const namespace_counts&, const namespace_counts&) = default;
};

struct service_account_counts {
    std::int64_t selected = 0;
    std::int64_t patched = 0;
    std::int64_t failed = 0;
    friend bool operator==(const service_account_counts&, const service_account_counts&) = default;
};

struct registry_credential_status {
    std::int64_t observed_generation = 0;
    std::vector<std::string> registries;  // at most 32
    std::string registry_summary;         // "ghcr.io,quay.io +3", a column of -o wide
    namespace_counts namespaces;
    std::optional<service_account_counts> service_accounts;  // absent: the spec selects none
    std::string summary;                                     // "118/120"
    std::vector<namespace_failure> failures;                 // at most 20
    std::optional<std::int64_t> pull_failures;               // Pods; absent: not known
    std::vector<affected_pod> affected_pods;                 // at most 20
    std::vector<kube::condition> conditions;
    friend bool operator==(const registry_credential_status&, const registry_credential_status&) = default;
};

struct registry_credential {
    kube::object_meta meta;
    std::string secret_name = "regcred";
    std::vector<credential_source> sources;
    namespace_selection namespaces;
    std::vector<std::string> service_accounts;  // names or globs
    conflict_policy on_conflict = conflict_policy::fail;
    deletion_policy on_deletion = deletion_policy::delete_;
    kube::string_map template_labels;
    kube::string_map template_annotations;
    bool suspend = false;
    registry_credential_status status;
    /// Why the spec cannot be used, with the field's path; empty: it can. If it cannot, all of the spec has
    /// its default, so that it selects no namespace.
    std::string spec_fault;
};

/// Reads an object that passed the CRD's validation. Checks limits, enumerations and names once more: an
/// object that an older CRD let through is malformed, with the field's path, and never read in part. Applies
/// the CRD's defaults. Reads an invalid status as empty.
[[nodiscard]] kube::result<registry_credential> read_registry_credential(const kube::json& object);
/// The same, but an object with an invalid spec is no error: it has a spec_fault.
[[nodiscard]] kube::result<registry_credential> read_with_spec_fault(const kube::json& object);

/// An empty status when any part of it differs in form from what write_status() writes.
[[nodiscard]] registry_credential_status read_status(const kube::json& object);
/// The value of `status`. Empty lists are written too, so that a merge does not keep an old one.
[[nodiscard]] kube::json write_status(const registry_credential_status& status);

}  // namespace v1alpha1
