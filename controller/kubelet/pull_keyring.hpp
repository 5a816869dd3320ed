// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kubelet/pull_content.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kubelet {

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
