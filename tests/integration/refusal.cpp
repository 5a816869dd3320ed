// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"

#include "cluster.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

namespace harness {

void await_creates(admin& api, const std::string& ns, bool refused) {
    eventually(refused ? "creates are refused" : "creates are taken", [&] {
        const auto answer = api.send({.method = "POST",
                                      .path = secrets_in(ns) + "?dryRun=All",
                                      .body = docker_config_secret("regcred", one_login("quay.io", "probe")),
                                      .as = controller_user});
        return answer.ok() == refused ? std::to_string(answer.status) + " " + answer.message() : "";
    });
}

json only_failure(const json& credential) {
    const auto& status = credential.at("status");
    REQUIRE(status.contains("failures"));
    REQUIRE(status["failures"].size() == 1);
    return status["failures"][0];
}

}  // namespace harness
