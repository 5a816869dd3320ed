// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/login.hpp"
#include "util/secret_bytes.hpp"

#include <cstddef>
#include <span>

namespace dockerconfig {

/// The most bytes of data that the API server accepts in a Secret.
inline constexpr std::size_t max_document_bytes = 1'048'576;
/// The most that the admission policy of deploy/ allows, unless the installation changes both.
inline constexpr std::size_t default_document_bytes = 524'288;

/// The value of `.dockerconfigjson` in the form of `kubectl create secret docker-registry`: compact,
/// username, password, email (if there is one) and auth for each registry; registries sorted by key as
/// written. Equal entries in any order give equal bytes. Errors: no_entries (it never writes an empty
/// document), too_large (more than `max_bytes`, or more entries than parse_docker_config() reads),
/// key_collision.
[[nodiscard]] source_result<util::secret_bytes> write_document(std::span<const registry_entry> entries,
                                                               std::size_t max_bytes = max_document_bytes);

}  // namespace dockerconfig
