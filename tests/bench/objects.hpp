// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "util/secret_bytes.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using nlohmann::json;

inline constexpr auto secret_name = "regcred";
inline constexpr auto account_name = "default";
inline constexpr auto sources = "/api/v1/namespaces/regcred-system/secrets";
inline constexpr auto credentials = "/apis/regcred.dev/v1alpha1/registrycredentials";
inline constexpr auto copies = "/api/v1/secrets?fieldSelector=metadata.name%3Dregcred";

/// PREFIX-0000, PREFIX-0001 and so on.
[[nodiscard]] std::vector<std::string> numbered(std::string_view prefix, std::size_t count);

/// A docker config with one registry, in the form in which copies hold it. `tag`: documents of tags of the
/// same length have the same length.
[[nodiscard]] std::string document(std::string_view tag);

// Objects as the administrator sends them.
[[nodiscard]] json namespace_object(const std::string& name);
[[nodiscard]] json source_object(const std::string& name, std::string_view tag);
[[nodiscard]] json credential_object(const std::string& name,
                                     const std::string& source,
                                     const std::vector<std::string>& include,
                                     const std::vector<std::string>& service_accounts = {});

/// What the controller would send to create a copy with a POST, but that it belongs to `owner`, some
/// cluster-scoped object that stays.
[[nodiscard]] util::secret_bytes copy_body(const json& owner,
                                           std::string_view tag,
                                           const std::string& namespace_name);
/// What the controller would send to update that copy.
[[nodiscard]] kube::bound_body copy_update(std::string_view tag, const kube::object_meta& present);

/// The same to create a copy with server-side apply.
[[nodiscard]] util::secret_bytes new_copy_body(const json& owner,
                                               std::string_view tag,
                                               const std::string& namespace_name);

/// What the controller would send to list the copy in this ServiceAccount, or to take it back.
[[nodiscard]] kube::bound_body account_patch(const kube::object_meta& present, bool listed);

}  // namespace bench
