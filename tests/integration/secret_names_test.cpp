// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace harness;

// The names in --secret-names, the ClusterRole and the admission policies must agree.

TEST_CASE_FIXTURE(scenario,
                  "a name in --secret-names that the admission policy does not allow is logged at the start, "
                  "with what to change" *
                      needs_validating_policies) {
    const restored_install restored;
    const std::string role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/regcred-controller";
    auto rights = api().get(role);
    rights["rules"][0]["resourceNames"] = json::array({"regcred", "team-regcred"});
    api().replace(role, rights);
    eventually("the ClusterRole allows the name", [&] {
        const auto answer = api().send({.method = "GET",
                                        .path = "/api/v1/secrets?fieldSelector=metadata.name%3Dteam-regcred",
                                        .body = nullptr,
                                        .as = controller_user});
        return answer.ok() ? "" : answer.message();
    });
    start("regcred,team-regcred");
    const auto logged = [&](const std::string& name) {
        for (const auto& record : log_records()) {
            if (record.value("msg", "") == "Secret name not allowed by the admission policy" &&
                record.value("name", "") == name)
                return record.value("message", "");
        }
        return std::string();
    };
    eventually("the log names it", [&] { return logged("team-regcred").empty() ? "not yet" : ""; });
    CHECK(logged("team-regcred").find("add team-regcred to allowedNames") != std::string::npos);
    synced({add_namespace("team")}, "a");
    CHECK(logged("regcred").empty());
}
