// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/object_identity.hpp"

namespace runtime {

kube::result<object_identity> identify(const kube::json& object) {
    const kube::json& meta = kube::object_at(object, "metadata");
    object_identity found{
        .key = {.namespace_name = kube::string_at(meta, "namespace"), .name = kube::string_at(meta, "name")},
        .uid = kube::string_at(meta, "uid"),
        .resource_version = kube::string_at(meta, "resourceVersion")};
    if (found.key.name.empty())
        return kube::error(kube::error_kind::malformed, "an object without metadata.name");
    return found;
}

}  // namespace runtime
