// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/observation.hpp"
#include "kube/json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A Pod of namespace team-a as the API has it; `spec` and `status` are JSON.
inline explain::pod pod_with(std::string_view spec, std::string_view status = "{}") {
    const auto object = kube::json{
        {"kind", "Pod"},
        {"metadata", {{"name", "web"}, {"namespace", "team-a"}, {"uid", "u"}, {"resourceVersion", "1"}}},
        {"spec", kube::json::parse(spec)},
        {"status", kube::json::parse(status)}};
    return explain::read_pod(object).value();
}

inline explain::pod pod_of(const std::string& image, std::string_view status = "{}") {
    return pod_with(
        R"({"serviceAccountName":"default","containers":[{"name":"app","image":")" + image + "\"}]}", status);
}

inline std::string status_of(std::string_view state) {
    return R"({"containerStatuses":[{"name":"app","state":)" + std::string(state) + "}]}";
}

inline explain::listed_secret secret_with(const std::string& name,
                                          std::string_view document,
                                          std::string_view type = kube::docker_config_json_type) {
    kube::secret secret;
    secret.type = type;
    secret.data.emplace(kube::docker_config_json_key, util::secret_bytes::copy_of(document));
    explain::listed_secret seen;
    seen.name = name;
    seen.access = explain::access_result::read;
    seen.type = secret.type;
    seen.content = kubelet::read_pull_content(secret);
    return seen;
}

inline explain::listed_secret secret_for(const std::string& name,
                                         const std::string& key,
                                         const std::string& user = "alice",
                                         const std::string& password = "CANARY-3xK9vTq7Lw2Zp") {
    return secret_with(
        name,
        R"({"auths":{")" + key + R"(":{"username":")" + user + R"(","password":")" + password + "\"}}}");
}

inline explain::listed_secret unread_secret(const std::string& name, explain::access_result access) {
    explain::listed_secret seen;
    seen.name = name;
    seen.access = access;
    return seen;
}

/// What was seen of a Pod that lists these Secrets.
inline explain::observation seen_with(explain::pod subject,
                                      std::vector<explain::listed_secret> secrets = {}) {
    explain::observation seen;
    for (const auto& secret : secrets)
        subject.pull_secrets.push_back(secret.name);
    seen.subject = std::move(subject);
    seen.secrets = std::move(secrets);
    seen.service_account.access = explain::access_result::read;
    return seen;
}
