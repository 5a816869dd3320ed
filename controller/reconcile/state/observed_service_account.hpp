// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/service_account.hpp"
#include "kube/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// On a ServiceAccount: the names of the Secrets that regcred added to imagePullSecrets, "a,b". Only these
/// are ever removed.
inline constexpr std::string_view added_annotation = "regcred.dev/added";

/// What is kept of a ServiceAccount: only what the decision needs, since there may be many.
struct observed_service_account {
    struct identity {
        std::string name;
        std::string namespace_name;
        std::string uid;
        std::string resource_version;
    };
    identity meta;
    std::vector<std::string> listed;  // imagePullSecrets as it stands: order, repeats and empty names
    std::vector<std::string> added;   // of the annotation: sorted, without repeats
    bool too_large = false;           // such a list is neither kept nor written back; `listed` is empty
};

/// Limits, since a tenant who may write ServiceAccounts can make lists and annotations as large as etcd
/// allows.
inline constexpr std::size_t most_listed = 256;
inline constexpr std::size_t most_added = 32;

[[nodiscard]] observed_service_account observe(kube::service_account&& full);

/// The names in the annotation, sorted: only valid names of Secrets, the first most_added of them. Tenants
/// can write any text there.
[[nodiscard]] std::vector<std::string> read_added(std::string_view text);
[[nodiscard]] std::string write_added(const std::vector<std::string>& names);

/// What is kept of a ServiceAccount as the API server sends it.
[[nodiscard]] kube::result<observed_service_account> decode_service_account(const kube::json& object);

}  // namespace reconcile
