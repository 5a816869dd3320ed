// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"

#include "support/base64.hpp"
#include "support/canary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace harness {

namespace {

json metadata(const std::string& name) {
    return {{"name", name}};
}

std::string auth_of(const login& who) {
    return to_base64(who.username + ":" + who.password);
}

nlohmann::ordered_json entries_of(const login_map& logins) {
    auto entries = nlohmann::ordered_json::object();
    for (const auto& [registry, who] : logins) {
        nlohmann::ordered_json entry = {{"username", who.username}, {"password", who.password}};
        if (!who.email.empty()) entry["email"] = who.email;
        entry["auth"] = auth_of(who);
        entries[registry] = entry;
    }
    return entries;
}

}  // namespace

login canary_login(std::string_view tag) {
    return {.username = fmt::format("{}-user-{}", canary, tag),
            .password = fmt::format("{}-password-{}", canary, tag),
            .email = fmt::format("{}-{}@example.com", canary, tag)};
}

login_map one_login(std::string_view registry, std::string_view tag) {
    return {{std::string(registry), canary_login(tag)}};
}

login_map united(login_map a, const login_map& b) {
    a.insert(b.begin(), b.end());
    return a;
}

std::string document_of(const login_map& logins) {
    return nlohmann::ordered_json{{"auths", entries_of(logins)}}.dump();
}

json namespace_object(const std::string& name, const text_map& labels, const text_map& annotations) {
    auto meta = metadata(name);
    meta["labels"] = labels;
    meta["annotations"] = annotations;
    return {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", meta}};
}

json secret_object(const std::string& name, const std::string& type, const text_map& data) {
    auto encoded = json::object();
    for (const auto& [key, value] : data)
        encoded[key] = to_base64(value);
    return {{"apiVersion", "v1"},
            {"kind", "Secret"},
            {"metadata", metadata(name)},
            {"type", type},
            {"data", encoded}};
}

json docker_config_secret(const std::string& name, const login_map& logins) {
    return secret_object(name, docker_config_type, {{docker_config_key, document_of(logins)}});
}

json docker_cfg_secret(const std::string& name, const login_map& logins) {
    return secret_object(name, "kubernetes.io/dockercfg", {{".dockercfg", entries_of(logins).dump()}});
}

json basic_auth_secret(const std::string& name, const login& who) {
    return secret_object(
        name, "kubernetes.io/basic-auth", {{"username", who.username}, {"password", who.password}});
}

json creation_of(json secret) {
    secret["apiVersion"] = "v1";
    secret["kind"] = "Secret";
    secret["metadata"]["resourceVersion"] = "1";
    return secret;
}

json credential_object(const std::string& name, const json& spec) {
    return {{"apiVersion", regcred_api_version},
            {"kind", "RegistryCredential"},
            {"metadata", metadata(name)},
            {"spec", spec}};
}

json spec_of(const std::vector<std::string>& sources, const std::vector<std::string>& include) {
    auto list = json::array();
    for (const auto& source : sources)
        list.push_back({{"secretRef", {{"name", source}}}});
    return {{"sources", list}, {"namespaces", {{"include", include}}}};
}

json owner_reference_to(const json& credential) {
    return {{"apiVersion", regcred_api_version},
            {"kind", "RegistryCredential"},
            {"name", credential.at("metadata").at("name")},
            {"uid", uid_of(credential)}};
}

json labels_patch(const json& labels) {
    return {{"metadata", {{"labels", labels}}}};
}

json annotations_patch(const json& annotations) {
    return {{"metadata", {{"annotations", annotations}}}};
}

std::string namespace_path(const std::string& name) {
    return fmt::format("{}/{}", namespaces, name);
}

std::string secrets_in(const std::string& namespace_name) {
    return namespace_path(namespace_name) + "/secrets";
}

std::string secret_path(const std::string& namespace_name, const std::string& name) {
    return fmt::format("{}/{}", secrets_in(namespace_name), name);
}

std::string account_path(const std::string& namespace_name, const std::string& name) {
    return fmt::format("{}/serviceaccounts/{}", namespace_path(namespace_name), name);
}

std::string credential_path(const std::string& name) {
    return fmt::format("{}/{}", credentials, name);
}

std::string uid_of(const json& object) {
    return object.at("metadata").at("uid").get<std::string>();
}

std::string resource_version_of(const json& object) {
    return object.at("metadata").at("resourceVersion").get<std::string>();
}

std::string data_of(const json& secret, const std::string& key) {
    if (!secret.contains("data") || !secret["data"].contains(key)) return "no " + key;
    return from_base64(secret["data"][key].get<std::string>());
}

std::string pull_secrets_of(const json& service_account) {
    std::vector<std::string> names;
    for (const auto& entry : service_account.value("imagePullSecrets", json::array()))
        names.push_back(entry.value("name", ""));
    return fmt::format("{}", fmt::join(names, ","));
}

std::string annotation_of(const json& object, const std::string& key) {
    return object.at("metadata").value("annotations", json::object()).value(key, "");
}

json condition_of(const json& credential, std::string_view type) {
    if (!credential.contains("status") || !credential["status"].contains("conditions")) return {};
    for (const auto& condition : credential["status"]["conditions"]) {
        if (condition.at("type") == type) return condition;
    }
    return {};
}

}  // namespace harness
