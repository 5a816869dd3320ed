// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"

#include "kube/api/secret.hpp"
#include "kube/client/client.hpp"
#include "support/base64.hpp"
#include "support/canary.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace bench {

std::vector<std::string> numbered(std::string_view prefix, std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
        names.push_back(fmt::format("{}-{:04}", prefix, i));
    return names;
}

std::string document(std::string_view tag) {
    const std::string username = "ci-robot";
    const auto password = fmt::format("{}-{}", harness::canary, tag);
    const nlohmann::ordered_json entry = {{"username", username},
                                          {"password", password},
                                          {"auth", harness::to_base64(username + ":" + password)}};
    return nlohmann::ordered_json{{"auths", {{"https://index.docker.io/v1/", entry}}}}.dump();
}

json namespace_object(const std::string& name) {
    return {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
}

json source_object(const std::string& name, std::string_view tag) {
    return {{"apiVersion", "v1"},
            {"kind", "Secret"},
            {"metadata", {{"name", name}}},
            {"type", kube::docker_config_json_type},
            {"data", {{kube::docker_config_json_key, harness::to_base64(document(tag))}}}};
}

json credential_object(const std::string& name,
                       const std::string& source,
                       const std::vector<std::string>& include,
                       const std::vector<std::string>& service_accounts) {
    const json from = {{"secretRef", {{"name", source}}}};
    json spec = {{"sources", json::array({from})}, {"namespaces", {{"include", include}}}};
    if (!service_accounts.empty()) spec["serviceAccounts"] = service_accounts;
    return {{"apiVersion", "regcred.dev/v1alpha1"},
            {"kind", "RegistryCredential"},
            {"metadata", {{"name", name}}},
            {"spec", std::move(spec)}};
}

namespace {

kube::secret copy_of(kube::object_meta meta, std::string_view tag) {
    kube::secret copy;
    copy.meta = std::move(meta);
    copy.type = kube::docker_config_json_type;
    copy.data.emplace(kube::docker_config_json_key, util::secret_bytes(document(tag)));
    return copy;
}

kube::secret new_copy(const json& owner, std::string_view tag, const std::string& namespace_name) {
    kube::object_meta meta;
    meta.name = secret_name;
    meta.namespace_name = namespace_name;
    meta.labels.emplace("app.kubernetes.io/managed-by", "regcred");
    meta.annotations.emplace(
        "regcred.dev/entries",
        owner.at("metadata").at("uid").get<std::string>() + "/bench-source=https://index.docker.io/v1/");
    meta.owner_references.push_back({.api_version = owner.at("apiVersion").get<std::string>(),
                                     .kind = owner.at("kind").get<std::string>(),
                                     .name = owner.at("metadata").at("name").get<std::string>(),
                                     .uid = owner.at("metadata").at("uid").get<std::string>(),
                                     .controller = std::nullopt,
                                     .block_owner_deletion = std::nullopt});
    return copy_of(std::move(meta), tag);
}

}  // namespace

util::secret_bytes copy_body(const json& owner, std::string_view tag, const std::string& namespace_name) {
    return kube::write_secret(new_copy(owner, tag, namespace_name));
}

util::secret_bytes new_copy_body(const json& owner, std::string_view tag, const std::string& namespace_name) {
    auto copy = new_copy(owner, tag, namespace_name);
    copy.meta.resource_version = kube::absent_resource_version;
    return kube::write_secret(copy);
}

kube::bound_body copy_update(std::string_view tag, const kube::object_meta& present) {
    return kube::write_secret(copy_of(present, tag), kube::precondition(present));
}

kube::bound_body account_patch(const kube::object_meta& present, bool listed) {
    // Without the annotation that records the entry: the controller would take a recorded one back.
    const json names = json::array({{{"name", secret_name}}});
    return {json{{"imagePullSecrets", listed ? names : json::array()}}, kube::precondition(present)};
}

}  // namespace bench
