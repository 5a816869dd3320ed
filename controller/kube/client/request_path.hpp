// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "kube/error.hpp"

#include <string>
#include <string_view>

namespace kube {

/// RFC 3986: encodes everything but letters, digits and "-._~".
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// The path of all objects of a resource, or of those in one namespace.
[[nodiscard]] std::string collection_path(const resource& resource, std::string_view namespace_name);

/// The path of one object. bad_request for an empty name or namespace and for "." and "..": a DELETE of such
/// a path would delete the whole collection.
[[nodiscard]] result<std::string> object_path(const resource& resource,
                                              std::string_view namespace_name,
                                              std::string_view name);

/// Appends `?name=value` or `&name=value`.
void add_query(std::string& path, std::string_view name, std::string_view value);

[[nodiscard]] std::string list_path(const scope& scope, const list_options& options);
[[nodiscard]] std::string watch_path(const scope& scope, const watch_options& options);

}  // namespace kube
