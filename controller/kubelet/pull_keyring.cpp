// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/pull_keyring.hpp"

#include "kubelet/image_reference.hpp"
#include "kubelet/registry_match.hpp"

namespace kubelet {

namespace {

constexpr std::string_view default_registry = "index.docker.io";

}  // namespace

pull_keyring::pull_keyring(const std::vector<const pull_content*>& contents) {
    for (std::size_t secret = 0; secret < contents.size(); ++secret) {
        for (const auto& entry : contents[secret]->entries) {
            if (!entry.stored_key) continue;
            auto& same_key = attempts_[*entry.stored_key];
            const bool repeated = !same_key.empty() && same_key.back().secret == secret;
            if (repeated) same_key.back().in_random_order = true;
            same_key.push_back({secret, entry, repeated});
        }
    }
}

std::vector<pull_attempt> pull_keyring::lookup(std::string_view repository) const {
    std::vector<pull_attempt> found;
    for (const auto& [key, attempts] : attempts_) {
        if (key_matches(key, repository)) found.insert(found.end(), attempts.begin(), attempts.end());
    }
    if (!found.empty() || !is_of_default_registry(repository)) return found;
    const auto hub = attempts_.find(std::string(default_registry));
    return hub == attempts_.end() ? found : hub->second;
}

}  // namespace kubelet
