// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/registry_credential.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace reconcile {

/// What was done to a copy.
enum class deed : std::uint8_t { created, updated, recreated, adopted, removed };
inline constexpr std::size_t deed_count = 5;

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
    void did(const std::string& credential, deed what, const std::string& namespace_name);
    /// What was done for an object since the last call, a line for each kind of deed.
    [[nodiscard]] std::vector<announcement> collect(const kube::registry_credential& credential);
    void forget(const std::string& credential) { done_.erase(credential); }

 private:
    struct tally {
        std::size_t count = 0;
        std::vector<std::string> first;  // a few names
    };
    std::map<std::string, std::array<tally, deed_count>> done_;
};

/// What a change of conditions has to tell: a warning for each that turned bad or changed its reason, a line
/// when all is well again.
[[nodiscard]] std::vector<announcement> tell_changes(const std::vector<kube::condition>& before,
                                                     const std::vector<kube::condition>& after);

}  // namespace reconcile
