// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Why a Secret or a ServiceAccount is not as it should be.
struct failure {
    std::string reason;
    std::string message;
    std::string since;                     // RFC 3339: when this reason was first seen here
    std::vector<std::string> credentials;  // RegistryCredentials whose status tells of it
};

/// What specs want an object as it is: spec_of() of each, sorted. Shared, since thousands of objects are
/// wanted by the same few specs. Null: not known.
using spec_set = std::shared_ptr<const std::vector<std::uint64_t>>;

/// What is known of an object after it was last looked at.
struct result_record {
    enum class state : std::uint8_t { pending, synced, failed };
    state now = state::pending;
    std::uint64_t desired = 0;           // of one that was synced: the fingerprint of what was desired then
    spec_set specs;                      // that wanted it last
    std::unique_ptr<const failure> why;  // of a failed one
};

/// The result for each object that a RegistryCredential wants, or that cannot be taken back. There is one
/// record for each namespace and name, so memory is what counts here.
class result_table {
 public:
    [[nodiscard]] const result_record* find(const runtime::object_key& key) const;
    /// If `desired` is the same later and the object is not right, something else changed it. If `specs`
    /// still stand later and the object is not wanted any more, no user has asked for that in a spec.
    void synced(const runtime::object_key& key, std::uint64_t desired, std::vector<std::uint64_t> specs);
    /// `why.since` gives way to that of an earlier failure of the same reason. Empty `specs`: no spec wants
    /// the object; what was known of those that did stays.
    void failed(const runtime::object_key& key, failure why, std::vector<std::uint64_t> specs);
    /// What is desired may have changed: a synced object is pending until it has been looked at.
    void mark_stale(const runtime::object_key& key);
    /// No RegistryCredential wants the object. What was known of it when it was right is kept as long as it
    /// may have to be taken back.
    void unwanted(const runtime::object_key& key);
    void forget(const runtime::object_key& key) { records_.erase(key); }

    [[nodiscard]] bool is_synced(const runtime::object_key& key) const;
    /// Calls `visit` with each object that failed, and why.
    void for_each_failed(const std::function<void(const runtime::object_key&, const failure&)>& visit) const;
    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

 private:
    [[nodiscard]] spec_set share(std::vector<std::uint64_t> specs);

    std::unordered_map<runtime::object_key, result_record, runtime::object_key_hash> records_;
    std::map<std::vector<std::uint64_t>, std::weak_ptr<const std::vector<std::uint64_t>>> shared_;
    std::size_t sweep_at_ = 64;  // entries of shared_, when those that nothing uses are dropped
};

}  // namespace reconcile
