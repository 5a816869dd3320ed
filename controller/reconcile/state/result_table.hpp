// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/contributors.hpp"
#include "runtime/object_key.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace reconcile {

/// Why a Secret or a ServiceAccount is out of sync.
struct failure {
    std::string reason;
    std::string message;
    std::string since;                     // RFC 3339: when this reason was first seen here
    std::vector<std::string> credentials;  // RegistryCredentials whose status shows it
};

/// The result of the last reconcile of an object.
struct result_record {
    enum class state : std::uint8_t { pending, synced, failed };
    state now = state::pending;
    std::uint64_t desired = 0;  // of one that was synced: the fingerprint of what was desired then
    selection_set selections;   // of the RegistryCredentials that wanted or owned it in the last result
    std::unique_ptr<const failure> last_failure;  // null unless it failed
    /// What single RegistryCredentials must report besides. Null: nothing.
    std::unique_ptr<const std::vector<failure>> own_failures;

    /// What this RegistryCredential must report. Null: nothing.
    [[nodiscard]] const failure* failure_of(const std::string& credential) const;
    /// Calls `visit` with last_failure and each of own_failures.
    void for_each_failure(const std::function<void(const failure&)>& visit) const;
};

/// The result for each object that a RegistryCredential wants, or that cannot be removed. There is one record
/// for each namespace and name, so a record must be small.
class result_table {
 public:
    [[nodiscard]] const result_record* find(const runtime::object_key& key) const;
    /// If `desired` is the same later and the object is out of sync, another writer changed it. If a
    /// RegistryCredential still has its selection later and no longer wants the object, no user has
    /// asked for that in the spec. `own_failures`: what single RegistryCredentials must report all the same.
    void synced(const runtime::object_key& key,
                std::uint64_t desired,
                selection_list selections,
                std::vector<failure> own_failures = {});
    /// `since` is replaced by that of an earlier failure with the same reason. Empty `selections`: none wants
    /// or owns the object; those of the last result stay.
    void failed(const runtime::object_key& key,
                failure problem,
                selection_list selections,
                std::vector<failure> own_failures = {});
    /// The desired state may have changed: a synced object is pending until its next reconcile.
    void mark_stale(const runtime::object_key& key);
    /// No RegistryCredential wants the object. The rest of the last result is kept while the object may have
    /// to be removed.
    void unwanted(const runtime::object_key& key);
    void forget(const runtime::object_key& key) { records_.erase(key); }

    [[nodiscard]] bool is_synced(const runtime::object_key& key) const;
    /// Calls `visit` with each object that failed, and why.
    void for_each_failed(const std::function<void(const runtime::object_key&, const failure&)>& visit) const;
    void for_each(const std::function<void(const runtime::object_key&, const result_record&)>& visit) const;
    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

 private:
    [[nodiscard]] selection_set share(selection_list selections);

    std::unordered_map<runtime::object_key, result_record, runtime::object_key_hash> records_;
    std::map<selection_list, std::weak_ptr<const selection_list>> shared_;
    std::size_t sweep_at_ = 64;  // entries of shared_, when those that nothing uses are dropped
};

}  // namespace reconcile
