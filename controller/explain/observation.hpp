// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "explain/pod.hpp"
#include "kubelet/pull_keyring.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace explain {

enum class access_result : std::uint8_t {
    read,
    missing,     // 404
    forbidden,   // 403: it may be there or not
    unreadable,  // any other failure
};

/// A Secret that the Pod lists.
struct observed_secret {
    std::string name;
    access_result access = access_result::missing;
    std::string fault;  // why it is unreadable
    std::string type;
    kubelet::pull_content content;
    std::vector<std::string> kept_by;  // names of RegistryCredentials
};

struct observed_account {
    access_result access = access_result::missing;
    std::vector<std::string> pull_secrets;
};

/// All that was read about a Pod. Secrets and ServiceAccounts are read with the rights of whoever asks: what
/// is not seen is told apart from what is not there.
struct observation {
    pod subject;
    std::vector<observed_secret> secrets;  // one for each of subject.pull_secrets, in this order
    observed_account account;
    std::optional<kube::object_meta> namespace_meta;
    std::vector<v1alpha1::registry_credential> credentials;  // none also when they may not be read
};

}  // namespace explain
