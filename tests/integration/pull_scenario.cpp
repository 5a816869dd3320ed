// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "pull_scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace harness {

std::string pull_scenario::forbid_secrets(const std::string& ns) {
    const auto quotas = namespace_path(ns) + "/resourcequotas";
    api().create(quotas,
                 {{"apiVersion", "v1"},
                  {"kind", "ResourceQuota"},
                  {"metadata", {{"name", "none"}}},
                  {"spec", {{"hard", {{"secrets", "0"}}}}}});
    eventually("the quota is counted", [&] {
        const auto object = api().get(quotas + "/none");
        return object.contains("status") && object["status"].contains("used") ? "" : object.dump();
    });
    return quotas + "/none";
}

std::string pull_scenario::add_watched_credential(const std::vector<std::string>& include) {
    const auto source = add_source("quay", one_login("quay.io", "pulls"));
    auto credential = add_credential("quay", spec_of({source}, include));
    await_healthy(credential);
    return credential;
}

json pull_scenario::await_healthy(const std::string& credential) {
    auto object = await_condition(credential, pull_condition, "False", "NoFailures");
    CHECK(object["status"]["pullFailures"] == 0);
    CHECK(object["status"]["affectedPods"] == json::array());
    return object;
}

json pull_scenario::await_failing(const std::string& credential,
                                  const std::string& reason,
                                  std::vector<std::string> pods) {
    std::ranges::sort(pods);
    json object;
    eventually("these Pods are told of: " + lines(pods), [&] {
        object = await_condition(credential, pull_condition, "True", reason);
        std::vector<std::string> told;
        for (const auto& pod : object["status"]["affectedPods"]) {
            told.push_back(fmt::format("{}/{} {}",
                                       pod["namespace"].get<std::string>(),
                                       pod["pod"].get<std::string>(),
                                       pod["reason"].get<std::string>()));
            CHECK(pod["secret"] == "regcred");
        }
        return lines(told) == lines(pods) ? "" : lines(told);
    });
    CHECK(object["status"]["pullFailures"] == pods.size());
    return object;
}

std::string pull_scenario::message_of(const json& credential) {
    return condition_of(credential, pull_condition)["message"].get<std::string>();
}

std::string failing(const std::string& ns, const std::string& pod, const char* reason) {
    return fmt::format("{}/{} {}", ns, pod, reason);
}

}  // namespace harness
