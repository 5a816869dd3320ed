// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/state/cell.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace reconcile {

/// What was done to a copy, or to the ServiceAccounts of a namespace: the Secret was listed there, or taken
/// out.
enum class deed : std::uint8_t { created, updated, recreated, adopted, removed, listed, unlisted };

/// An Event on a RegistryCredential, for kubectl describe.
struct announcement {
    bool warning = false;
    std::string reason;
    std::string action;
    std::string note;
    friend bool operator==(const announcement&, const announcement&) = default;
};

/// Gathers what was done, so that a rotation of a thousand copies is one Event and not a thousand.
class announcer {
 public:
    void did(const std::string& credential, deed what, const cell& where);
    /// What was done for an object since the last call, a line for each kind of deed and Secret name.
    [[nodiscard]] std::vector<announcement> collect(const std::string& credential);
    void forget(const std::string& credential) { done_.erase(credential); }

 private:
    struct tally {
        std::unordered_set<std::size_t> namespaces;  // hashes of their names: there may be very many
        std::vector<std::string> first;              // a few names
    };
    using tallies = std::map<std::pair<deed, std::string>, tally>;  // by deed and Secret name
    std::map<std::string, tallies> done_;
};

/// What a change of conditions has to tell: a warning for each that turned bad or changed its reason, a line
/// when all is well again.
[[nodiscard]] std::vector<announcement> tell_changes(const std::vector<kube::condition>& before,
                                                     const std::vector<kube::condition>& after);

}  // namespace reconcile
