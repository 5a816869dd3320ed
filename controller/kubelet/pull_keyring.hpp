// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/docker_config.hpp"
#include "kube/api/secret.hpp"
#include "util/secret_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubelet {

/// An entry of a docker config as the kubelet reads it: unlike dockerconfig::registry_entry, with any key and
/// any login.
struct pull_entry {
    std::string written_key;
    std::optional<std::string> stored_key;  // nothing: the kubelet skips the entry
    util::secret_bytes username;
    util::secret_bytes password;
    bool has_token = false;  // identitytoken or registrytoken, which the kubelet ignores

    /// The user for a terminal: one line, without what looks like an encoded token.
    [[nodiscard]] std::string printable_user() const;
    /// The key for a terminal, unless it does not look like a registry.
    [[nodiscard]] std::string printable_key() const;
    /// Whether it has both a username and a password: containerd sends nothing without a username, and no
    /// registry accepts an empty password.
    [[nodiscard]] bool has_credentials() const noexcept;
};

enum class content_state : std::uint8_t {
    used,
    wrong_type,  // ignored in silence
    no_data,     // ignored in silence
    broken,      // fails every pull of the Pod
};

/// What the kubelet reads from one Secret.
struct pull_content {
    content_state state = content_state::used;
    std::string error;                // of a broken one; holds no value of the document
    std::vector<pull_entry> entries;  // sorted by their written keys, each of which is there once
    bool has_credential_store = false;
};

[[nodiscard]] pull_content read_pull_content(const kube::secret& secret);
[[nodiscard]] pull_content read_pull_content(std::string_view text, dockerconfig::docker_config_form form);

/// An entry that the kubelet tries.
struct pull_attempt {
    std::size_t secret = 0;  // its index in the Pod's list
    std::reference_wrapper<const pull_entry> entry;
    bool in_random_order = false;  // among entries of this Secret that the kubelet stores under one key
};

/// The credentials of a Pod in the order in which the kubelet tries them. Keeps references to the contents.
class pull_keyring {
 public:
    /// In the order of spec.imagePullSecrets. None may be broken: the kubelet builds no keyring then.
    explicit pull_keyring(const std::vector<const pull_content*>& contents);

    /// What the kubelet tries for a repository, in order. Empty: it pulls without a credential.
    [[nodiscard]] std::vector<pull_attempt> lookup(std::string_view repository) const;

 private:
    // In descending order: of two keys with a common prefix the longer one is tried first.
    std::map<std::string, std::vector<pull_attempt>, std::greater<>> attempts_;
};

}  // namespace kubelet
