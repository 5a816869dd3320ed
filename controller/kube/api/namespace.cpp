// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/namespace.hpp"

#include <utility>

namespace kube {

result<namespace_object> read_namespace(const json& object) {
    if (auto kind = check_kind(object, {"Namespace", "PartialObjectMetadata"}); !kind) return kind.error();
    auto meta = read_meta(object);
    if (!meta) return meta.error();
    return namespace_object{std::move(*meta)};
}

}  // namespace kube
