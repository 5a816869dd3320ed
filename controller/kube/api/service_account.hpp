// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"

#include <string>
#include <vector>

namespace kube {

struct service_account {
    object_meta meta;
    std::vector<std::string> pull_secrets;  // imagePullSecrets unchanged: order, duplicates, empty names
};

/// malformed when the metadata is, for another kind (PartialObjectMetadata must not pass for a ServiceAccount
/// without imagePullSecrets), and when an entry of imagePullSecrets has more than a name: writing the list
/// back would drop the rest.
[[nodiscard]] result<service_account> read_service_account(const json& object);

}  // namespace kube
