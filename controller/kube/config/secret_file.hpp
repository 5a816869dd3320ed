// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "util/secret_bytes.hpp"

#include <string>

namespace kube {

/// The whole file, opened by path each time, so that the kubelet's swap of the `..data` link is seen. Errors
/// (other) name the path and the reason, never the content. At most 1 MiB.
[[nodiscard]] result<util::secret_bytes> read_file(const std::string& path);

}  // namespace kube
