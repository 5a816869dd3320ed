// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"
#include "scenario.hpp"
#include "support/subprocess.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

using namespace harness;

namespace {

/// The first block of commands in deploy/README.md.
std::string first_steps() {
    const auto text = read_text(REGCRED_REPOSITORY "/deploy/README.md");
    const std::string beginning = "\n```sh\n";
    const auto begin = text.find(beginning) + beginning.size();
    return text.substr(begin, text.find("```\n", begin) - begin);
}

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "the first steps of deploy/README.md lead to a RegistryCredential with a copy" *
                      needs_validating_policies) {
    const std::string ns = "team-sample";
    const std::string credential = "docker-hub";
    for (const auto* source : {"hub-login", "quay-robot", "ci-config"})
        delete_at_end(secret_path(own_namespace, source));
    delete_at_end(credential_path(credential));
    delete_at_end(namespace_path(ns));
    const auto steps = first_steps();
    run_or_throw({"bash", "-euc", fmt::format("cd {}\n{}", REGCRED_REPOSITORY, steps)});

    start();
    const auto object = await_ready(credential, "1/1");
    CHECK(object["spec"]["sources"].size() == 3);
    CHECK(steps.find("three made-up logins") != std::string::npos);
    CHECK(object["status"]["registries"] ==
          json::array({"ghcr.io", "https://index.docker.io/v1/", "quay.io"}));
    const auto document = json::parse(data_of(copy_in(ns)));
    CHECK(document["auths"].size() == 3);
    await_condition(credential, "ServiceAccountsPatched", "True", "Patched");
    CHECK(pull_secrets_of(api().get(account_path(ns))) == "regcred");
}
