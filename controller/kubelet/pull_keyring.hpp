// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/secret.hpp"
#include "kubelet/pull_document.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubelet {

/// An entry of a docker config.
struct pull_entry {
    std::string written_key;
    std::optional<std::string> stored_key;  // nothing: the kubelet skips the entry
    pull_login login;

    /// The user that is shown to people: one line, without what looks like an encoded token.
    [[nodiscard]] std::string shown_user() const;
    /// The key for people; without what does not look like a registry.
    [[nodiscard]] std::string shown_key() const;
    /// Whether a registry can tell who asks: containerd sends nothing without a user name, and nobody takes
    /// an empty password.
    [[nodiscard]] bool names_somebody() const noexcept;
};

enum class content_state : std::uint8_t {
    used,
    wrong_type,  // ignored in silence
    no_data,     // ignored in silence
    broken,      // fails every pull of the Pod
};

/// What the kubelet makes of one Secret.
struct pull_content {
    content_state state = content_state::used;
    std::string fault;                // of a broken one: where, never what
    std::vector<pull_entry> entries;  // sorted by their written keys
    bool has_credential_store = false;
};

[[nodiscard]] pull_content read_pull_content(const kube::secret& secret);

/// An entry in the order of use.
struct pull_attempt {
    std::size_t secret = 0;  // which of the Secrets
    std::reference_wrapper<const pull_entry> entry;
    bool in_random_order = false;  // with others of this Secret that are the same registry to the kubelet
};

/// The credentials of a Pod in the kubelet's order. Keeps references to the contents.
class pull_keyring {
 public:
    /// In the order of spec.imagePullSecrets. None of them is broken: the kubelet has no keyring then.
    explicit pull_keyring(const std::vector<const pull_content*>& contents);

    /// What is tried for a repository, one after the other. Empty: the kubelet pulls without a credential.
    [[nodiscard]] std::vector<pull_attempt> lookup(std::string_view repository) const;

 private:
    // The longer of two keys that begin alike is tried first.
    std::map<std::string, std::vector<pull_attempt>, std::greater<>> attempts_;
};

}  // namespace kubelet
