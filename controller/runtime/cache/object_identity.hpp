// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/json.hpp"
#include "runtime/object_key.hpp"

#include <string>

namespace runtime {

/// Which object a document speaks of: all that is needed of one that cannot be decoded.
struct object_identity {
    object_key key;
    std::string uid;               // empty if it has none
    std::string resource_version;  // empty if it has none
};

/// malformed without a name.
[[nodiscard]] kube::result<object_identity> identify(const kube::json& object);

}  // namespace runtime
