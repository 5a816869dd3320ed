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

static kube::secret copy_object(const json& owner, std::string_view tag, const std::string& namespace_name) {
    kube::secret copy;
    copy.meta.name = secret_name;
    copy.meta.namespace_name = namespace_name;
    copy.meta.labels.emplace("app.kubernetes.io/managed-by", "regcred");
    copy.meta.owner_references.push_back({.api_version = owner.at("apiVersion").get<std::string>(),
                                          .kind = owner.at("kind").get<std::string>(),
                                          .name = owner.at("metadata").at("name").get<std::string>(),
                                          .uid = owner.at("metadata").at("uid").get<std::string>(),
                                          .controller = std::nullopt,
                                          .block_owner_deletion = std::nullopt});
    copy.type = kube::docker_config_json_type;
    copy.data.emplace(kube::docker_config_json_key, util::secret_bytes(document(tag)));
    return copy;
}

util::secret_bytes copy_body(const json& owner,
                             std::string_view tag,
                             const std::string& namespace_name,
                             const kube::object_meta* present) {
    auto copy = copy_object(owner, tag, namespace_name);
    if (present != nullptr) copy.meta = *present;
    return kube::write_secret(copy);
}

util::secret_bytes new_copy_body(const json& owner, std::string_view tag, const std::string& namespace_name) {
    auto copy = copy_object(owner, tag, namespace_name);
    copy.meta.resource_version = kube::absent_resource_version;
    return kube::write_secret(copy);
}

util::secret_bytes account_patch(const kube::object_meta& present, bool listed) {
    // Without the annotation that records the entry: the controller would take a recorded one back.
    const json names = json::array({{{"name", secret_name}}});
    const json patch = {{"metadata", {{"uid", present.uid}, {"resourceVersion", present.resource_version}}},
                        {"imagePullSecrets", listed ? names : json::array()}};
    return util::secret_bytes(patch.dump());
}

}  // namespace bench
