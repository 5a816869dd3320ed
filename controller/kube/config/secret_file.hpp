// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "util/secret_bytes.hpp"

#include <string>

namespace kube {

/// Reads the whole file, at most 1 MiB. Opens it by its path each time, because the kubelet updates a mounted
/// Secret by swapping the `..data` link. Errors (other) name the path and the reason, never the content.
[[nodiscard]] result<util::secret_bytes> read_file(const std::string& path);

}  // namespace kube
