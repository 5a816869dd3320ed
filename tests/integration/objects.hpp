// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

using nlohmann::json;

inline constexpr auto own_namespace = "regcred-system";
inline constexpr auto regcred_api_version = "regcred.dev/v1alpha1";
inline constexpr auto docker_config_type = "kubernetes.io/dockerconfigjson";
inline constexpr auto docker_config_key = ".dockerconfigjson";

/// What somebody logs in to a registry with.
struct login {
    std::string username;
    std::string password;
    std::string email;
};
using login_map = std::map<std::string, login>;  // by registry, as it is written in a docker config

/// A login that holds the canary in every part; different tags give different logins.
[[nodiscard]] login canary_login(std::string_view tag);
/// One registry with the login of `tag`.
[[nodiscard]] login_map one_login(std::string_view registry, std::string_view tag);
[[nodiscard]] login_map united(login_map a, const login_map& b);

/// The document that copies must hold: the form of `kubectl create secret docker-registry`, registries
/// sorted.
[[nodiscard]] std::string document_of(const login_map& logins);

// Objects as they are sent.
using text_map = std::map<std::string, std::string>;
[[nodiscard]] json namespace_object(const std::string& name,
                                    const text_map& labels = {},
                                    const text_map& annotations = {});
[[nodiscard]] json secret_object(const std::string& name, const std::string& type, const text_map& data);
[[nodiscard]] json docker_config_secret(const std::string& name, const login_map& logins);
[[nodiscard]] json docker_cfg_secret(const std::string& name, const login_map& logins);
[[nodiscard]] json basic_auth_secret(const std::string& name, const login& who);
/// What a server-side apply sends that creates this Secret, and refuses to change one that exists.
[[nodiscard]] json creation_of(json secret);
[[nodiscard]] json credential_object(const std::string& name, const json& spec);
/// The shortest spec: whole Secrets, and namespaces by name or glob.
[[nodiscard]] json spec_of(const std::vector<std::string>& sources, const std::vector<std::string>& include);
[[nodiscard]] json owner_reference_to(const json& credential);

// Merge patches of metadata; a null value removes the key.
[[nodiscard]] json labels_patch(const json& labels);
[[nodiscard]] json annotations_patch(const json& annotations);

// Paths of the API.
inline constexpr auto namespaces = "/api/v1/namespaces";
inline constexpr auto credentials = "/apis/regcred.dev/v1alpha1/registrycredentials";
[[nodiscard]] std::string namespace_path(const std::string& name);
[[nodiscard]] std::string secrets_in(const std::string& namespace_name);
[[nodiscard]] std::string secret_path(const std::string& namespace_name, const std::string& name = "regcred");
[[nodiscard]] std::string account_path(const std::string& namespace_name,
                                       const std::string& name = "default");
[[nodiscard]] std::string credential_path(const std::string& name);

// Reading answers.
[[nodiscard]] std::string uid_of(const json& object);
[[nodiscard]] std::string resource_version_of(const json& object);
/// A value of a Secret's data, decoded; a text that says so if there is none.
[[nodiscard]] std::string data_of(const json& secret, const std::string& key = docker_config_key);
/// The names in imagePullSecrets of a ServiceAccount, as they stand: "a,b".
[[nodiscard]] std::string pull_secrets_of(const json& service_account);
[[nodiscard]] std::string annotation_of(const json& object, const std::string& key);  // empty: there is none
[[nodiscard]] json condition_of(const json& credential, std::string_view type);       // null: there is none

}  // namespace harness
