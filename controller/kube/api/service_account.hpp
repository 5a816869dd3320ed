// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"

#include <string>
#include <vector>

namespace kube {

struct service_account {
    object_meta meta;
    std::vector<std::string> pull_secrets;  // imagePullSecrets as it stands: order, repeats and empty names
};

/// malformed when metadata is, when the kind is another (PartialObjectMetadata must not pass for a
/// ServiceAccount that lists nothing), or when an entry of imagePullSecrets holds more than a name: who
/// writes the list back would lose it.
[[nodiscard]] result<service_account> read_service_account(const json& object);

}  // namespace kube
