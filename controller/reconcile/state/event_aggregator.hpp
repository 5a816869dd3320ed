// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/object_key.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace reconcile {

/// A kind of write: to a copy, or to imagePullSecrets of ServiceAccounts (listed and unlisted).
enum class write_kind : std::uint8_t { created, updated, recreated, adopted, removed, listed, unlisted };

/// An Event on a RegistryCredential, for kubectl describe.
struct credential_event {
    bool warning = false;
    std::string reason;
    std::string action;
    std::string note;
    friend bool operator==(const credential_event&, const credential_event&) = default;
};

/// Counts writes, so that a rotation of a thousand copies is one Event and not a thousand.
class event_aggregator {
 public:
    void record(const std::string& credential, write_kind kind, const runtime::object_key& secret);
    /// What was recorded for a RegistryCredential since the last call: an Event for each kind of write and
    /// Secret name.
    [[nodiscard]] std::vector<credential_event> collect(const std::string& credential);
    void forget(const std::string& credential) { written_.erase(credential); }

 private:
    struct tally {
        std::unordered_set<std::size_t> namespaces;  // hashes of their names: there may be very many
        std::vector<std::string> first;              // a few names
    };
    using tallies = std::map<std::pair<write_kind, std::string>, tally>;  // by kind and Secret name
    std::map<std::string, tallies> written_;
};

}  // namespace reconcile
