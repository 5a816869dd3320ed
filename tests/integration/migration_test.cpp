// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "former_tool.hpp"
#include "migration_fixture.hpp"
#include "pull_history.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

using namespace harness;

// deploy/migrate/, followed word for word beside the tool that it leaves, which goes on until the guide stops
// it. At no moment is there a Pod that cannot pull.

TEST_CASE_FIXTURE(migration, "the history of pulls knows each moment without a login") {
    for (const auto& ns : teams())
        api().create(secrets_in(ns), docker_config_secret("regcred", login_of_guide()));
    add_pods("regcred");
    pull_history history(api(), login_of_guide());
    CHECK(history.gaps(teams()).empty());
    api().remove(secret_path(teams()[0]));
    api().create(secrets_in(teams()[0]), docker_config_secret("regcred", login_of_guide()));
    api().patch(secret_path(teams()[1]), {{"metadata", {{"labels", {{"team", "b"}}}}}});
    const auto found = history.gaps(teams());
    REQUIRE(found.size() == 1);
    CHECK(found[0].find("Pod " + teams()[0] + "/web") != std::string::npos);
    start();
}

TEST_CASE_FIXTURE(migration, "Secrets made by hand are taken over without a gap, as hand-made.md says") {
    start();
    for (const auto& ns : teams()) {
        const temporary_folder folder;
        const auto config = folder.write("config.json", login_file());
        run_or_throw({"kubectl",
                      "-n",
                      ns,
                      "create",
                      "secret",
                      "generic",
                      "regcred",
                      "--from-file=.dockerconfigjson=" + config,
                      std::string("--type=") + docker_config_type});
    }
    add_pods("regcred");
    follow("hand-made.md");
    check_taken_over();
}

TEST_CASE_FIXTURE(migration, "imagepullsecret-patcher is left without a gap, as its guide says") {
    start();
    const auto deployment = deploy("imagepullsecret-patcher", "imagepullsecret-patcher");
    const patcher_settings settings{
        .secret = "image-pull-secret", .source = former_source("image-pull-secret-src"), .teams = teams()};
    const former_tool tool(api(), deployment, [=] { return patcher_round(settings); });
    add_pods();
    follow("imagepullsecret-patcher.md");
    check_taken_over();
    for (const auto& ns : teams())
        CHECK(pull_secrets_of(api().get(account_path(ns))) == "regcred");
}

TEST_CASE_FIXTURE(migration,
                  "tamcore's imagepullsecret-patcher is left without a gap, as the same guide says") {
    start();
    const auto deployment = deploy("imagepullsecret-patcher", "imagepullsecret-patcher");
    const patcher_settings settings{.secret = "global-imagepullsecret",
                                    .source = former_source("image-pull-secret-src"),
                                    .teams = teams(),
                                    .recreates = false};
    const former_tool tool(api(), deployment, [=] { return patcher_round(settings); });
    add_pods();
    follow("imagepullsecret-patcher.md", {{"image-pull-secret([^-])", "global-imagepullsecret$1"}});
    check_taken_over();
}

TEST_CASE_FIXTURE(migration, "registry-creds is left without a gap, as its guide says") {
    define("ops.alexellis.io", "ClusterPullSecret", "Cluster");
    start();
    const auto deployment = deploy("registry-creds-registry-creds-controller", "registry-creds-system");
    former_source("registry-seed");
    api().create(
        "/apis/ops.alexellis.io/v1/clusterpullsecrets",
        {{"apiVersion", "ops.alexellis.io/v1"},
         {"kind", "ClusterPullSecret"},
         {"metadata", {{"name", "primary"}}},
         {"spec", {{"secretRef", {{"name", "registry-seed"}, {"namespace", "registry-creds-system"}}}}}});
    delete_at_end("/apis/ops.alexellis.io/v1/clusterpullsecrets/primary");
    const former_tool tool(api(), deployment, [this] { return registry_creds_round("primary", teams()); });
    add_pods();
    follow("registry-creds.md");
    check_taken_over();
}

TEST_CASE_FIXTURE(migration, "kubernetes-replicator is left without a gap, as its guide says") {
    start();
    const auto deployment = deploy("kubernetes-replicator", "kubernetes-replicator");
    const auto source =
        former_source("regcred", {{"replicator.v1.mittwald.de/replicate-to", team_prefix() + ".*"}});
    const former_tool tool(api(), deployment, [=, this] { return replicator_round(source, teams()); });
    add_pods("regcred");
    follow("kubernetes-replicator.md");
    check_taken_over();
}

TEST_CASE_FIXTURE(migration, "Reflector is left without a gap, as its guide says") {
    start();
    const auto deployment = deploy("reflector", "reflector");
    const std::string prefix = "reflector.v1.k8s.emberstack.com/reflection-";
    const auto source = former_source("regcred",
                                      {{prefix + "allowed", "true"},
                                       {prefix + "auto-enabled", "true"},
                                       {prefix + "auto-namespaces", team_prefix() + ".*"}});
    const former_tool tool(api(), deployment, [=, this] { return reflector_round(source, teams()); });
    add_pods("regcred");
    SUBCASE("in the guide's order") {
        follow("reflector.md");
        check_taken_over();
    }
    SUBCASE("the other order is noticed: without its annotations, Reflector deletes what it has made") {
        pull_history history(api(), login_of_guide());
        api().patch(source, {{"metadata", {{"annotations", {{prefix + "allowed", nullptr}}}}}});
        for (const auto& ns : teams())
            await_no_copy(ns);
        CHECK_FALSE(history.gaps(teams()).empty());
    }
}

TEST_CASE_FIXTURE(migration, "a ClusterExternalSecret is left without a gap, as its guide says") {
    define("external-secrets.io", "ClusterExternalSecret", "Cluster");
    define("external-secrets.io", "ExternalSecret", "Namespaced");
    start();
    const auto deployment = deploy("external-secrets", "external-secrets");
    const json target = {{"name", "regcred"}, {"creationPolicy", "Owner"}, {"deletionPolicy", "Retain"}};
    api().create("/apis/external-secrets.io/v1/clusterexternalsecrets",
                 {{"apiVersion", "external-secrets.io/v1"},
                  {"kind", "ClusterExternalSecret"},
                  {"metadata", {{"name", "regcred"}}},
                  {"spec", {{"externalSecretSpec", {{"target", target}}}}}});
    delete_at_end("/apis/external-secrets.io/v1/clusterexternalsecrets/regcred");
    const former_tool tool(
        api(), deployment, [this] { return external_secrets_round("regcred", login_file(), teams()); });
    add_pods("regcred");
    follow("external-secrets.md");
    check_taken_over();
}
