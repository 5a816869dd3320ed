// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace reconcile {

/// The reason and the message of a condition, a failure or an Event. An empty reason: there is nothing to
/// report.
struct cause {
    std::string_view reason;
    std::string message;
};

/// The status, reason and message of a condition.
struct condition_value {
    bool is_true = true;
    std::string_view reason;
    std::string message;
};

}  // namespace reconcile

/// Reasons of conditions, failures and Events, as users see them.
namespace reconcile::reasons {

inline constexpr std::string_view synced = "Synced";
inline constexpr std::string_view no_namespace_selected = "NoNamespaceSelected";
inline constexpr std::string_view progressing = "Progressing";
inline constexpr std::string_view suspended = "Suspended";
inline constexpr std::string_view valid = "Valid";
inline constexpr std::string_view spec_invalid = "SpecInvalid";
inline constexpr std::string_view source_not_found = "SourceNotFound";
inline constexpr std::string_view source_invalid = "SourceInvalid";
inline constexpr std::string_view source_too_large = "SourceTooLarge";
inline constexpr std::string_view duplicate_registry = "DuplicateRegistry";
inline constexpr std::string_view registry_conflict = "RegistryConflict";
inline constexpr std::string_view conflict = "Conflict";
inline constexpr std::string_view secret_terminating = "SecretTerminating";
inline constexpr std::string_view denied = "Denied";
inline constexpr std::string_view quota_exceeded = "QuotaExceeded";
inline constexpr std::string_view forbidden = "Forbidden";
inline constexpr std::string_view secret_name_not_allowed = "SecretNameNotAllowed";
inline constexpr std::string_view patched = "Patched";
inline constexpr std::string_view service_account_name_not_allowed = "ServiceAccountNameNotAllowed";
inline constexpr std::string_view service_account_too_large = "ServiceAccountTooLarge";
inline constexpr std::string_view contended = "Contended";
inline constexpr std::string_view server_unavailable = "ServerUnavailable";
inline constexpr std::string_view deletion_guard = "DeletionGuard";
inline constexpr std::string_view policy_not_enforced = "PolicyNotEnforced";
inline constexpr std::string_view secret_missing = "SecretMissing";
inline constexpr std::string_view namespace_not_selected = "NamespaceNotSelected";
inline constexpr std::string_view recovering = "Recovering";
inline constexpr std::string_view no_failures = "NoFailures";

}  // namespace reconcile::reasons
