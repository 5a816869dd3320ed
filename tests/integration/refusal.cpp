// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"

#include "cluster.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

namespace harness {

void await_creates(admin& api, const std::string& ns, bool refused) {
    eventually(refused ? "creates are refused" : "creates are taken", [&] {
        // Under this name there is none, so that none is in the way.
        const std::string name = "regcred-dry-run";
        const auto secret = docker_config_secret(name, one_login("quay.io", "probe"));
        const auto answer = api.send({.method = "APPLY",
                                      .path = secret_path(ns, name) + "?dryRun=All",
                                      .body = creation_of(secret),
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
