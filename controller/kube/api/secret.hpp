// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "util/secret_bytes.hpp"

#include <map>
#include <string>
#include <vector>

namespace kube {

inline constexpr std::string_view docker_config_json_type = "kubernetes.io/dockerconfigjson";
inline constexpr std::string_view docker_config_json_key = ".dockerconfigjson";
inline constexpr std::string_view docker_cfg_type = "kubernetes.io/dockercfg";
inline constexpr std::string_view docker_cfg_key = ".dockercfg";
inline constexpr std::string_view basic_auth_type = "kubernetes.io/basic-auth";

struct secret {
    object_meta meta;
    std::string type;
    bool immutable = false;
    std::map<std::string, util::secret_bytes, std::less<>> data;  // decoded
    std::vector<std::string> managers;  // the names in metadata.managedFields; only read, never written
};

/// malformed when the metadata is, without a type (PartialObjectMetadata has none and must not pass for a
/// Secret without data), and when a value of data is not base64 (the message names the key, never the value).
[[nodiscard]] result<secret> read_secret(const json& object);
/// The body of a create or a server-side apply: JSON that is also YAML 1.1. Leaves no copy of the data in
/// memory.
[[nodiscard]] util::secret_bytes write_secret(const secret& secret);
/// The same for a PUT, with the uid and resourceVersion of the precondition.
[[nodiscard]] bound_body write_secret(const secret& secret, const precondition& precondition);

}  // namespace kube
