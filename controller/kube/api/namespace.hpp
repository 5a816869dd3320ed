// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"

namespace kube {

/// A Namespace, read from its metadata alone (PartialObjectMetadata): the deletionTimestamp is set in the
/// same write as the phase Terminating.
struct namespace_object {
    object_meta meta;
};

[[nodiscard]] result<namespace_object> read_namespace(const json& object);

}  // namespace kube
