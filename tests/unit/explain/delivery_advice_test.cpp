// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/delivery_advice.hpp"

#include "unit/explain/observations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using lines = std::vector<std::string>;

v1alpha1::registry_credential credential(const std::string& name, std::vector<std::string> include) {
    v1alpha1::registry_credential made;
    made.meta.name = name;
    made.namespaces.include = std::move(include);
    made.status.registries = {"registry.example.com"};
    return made;
}

/// What was seen of a Pod in namespace team-a that lists Secret regcred.
explain::observation seen_in_team_a() {
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(unread_secret("regcred", explain::access_result::missing));
    auto seen = seen_with(pod_of("registry.example.com/team/app"), std::move(secrets));
    seen.namespace_meta.emplace().name = "team-a";
    return seen;
}

/// The advice about the missing Secret if there is this RegistryCredential.
std::string missing(explain::observation& seen, v1alpha1::registry_credential one) {
    seen.credentials = {std::move(one)};
    const auto advice = explain::advise_on_missing_secret(seen, "regcred");
    CHECK(advice.size() == 1);
    return advice.empty() ? "" : advice.front();
}

lines unlisted(v1alpha1::registry_credential one, const std::string& repository) {
    auto seen = seen_in_team_a();
    seen.subject.pull_secrets.clear();
    seen.credentials = {std::move(one)};
    return explain::advise_on_unlisted_secrets(seen, repository);
}

}  // namespace

TEST_CASE("a RegistryCredential that selects the namespace should deliver the missing Secret") {
    auto seen = seen_in_team_a();
    CHECK(missing(seen, credential("hub", {"team-*"})) ==
          "RegistryCredential hub should deliver Secret regcred to this namespace: 'kubectl describe "
          "registrycredential hub' shows why it does not.");
}

TEST_CASE("the advice about a missing Secret names the change with which the namespace is selected") {
    auto excluding = credential("hub", {"*"});
    excluding.namespaces.exclude = {"team-*"};
    auto labelled = credential("hub", {});
    labelled.namespaces.selector.emplace().requirements.push_back(
        {"pull", kube::selector_operator::in, {"private"}});
    auto seen = seen_in_team_a();
    auto opted_out = seen_in_team_a();
    opted_out.namespace_meta->annotations.emplace("regcred.dev/opt-out", "true");
    auto unreadable = seen_in_team_a();
    unreadable.namespace_meta.reset();
    struct row {
        explain::observation& seen;
        v1alpha1::registry_credential one;
        std::string change;
    };
    const row table[]{
        {seen, credential("hub", {"other"}), "add team-a to its spec.namespaces.include"},
        {seen, excluding, "remove the pattern that matches team-a from its spec.namespaces.exclude"},
        {seen, labelled, "add the labels of its spec.namespaces.selector to namespace team-a"},
        {opted_out,
         credential("hub", {"*"}),
         "remove the annotation regcred.dev/opt-out from namespace team-a"},
        {unreadable,
         labelled,
         "make sure that the labels of namespace team-a, which you may not read, match its "
         "spec.namespaces.selector"},
    };
    for (const auto& [seen_now, one, change] : table) {
        CHECK(missing(seen_now, one) ==
              "RegistryCredential hub would deliver Secret regcred if it selected this namespace: " + change +
                  ".");
    }
}

TEST_CASE("a RegistryCredential with another Secret name cannot deliver the missing Secret") {
    auto seen = seen_in_team_a();
    seen.credentials = {credential("hub", {"team-*"})};
    seen.credentials[0].secret_name = "other";
    CHECK(explain::advise_on_missing_secret(seen, "regcred").empty());
}

TEST_CASE("a Secret that the Pod does not list is named if it has a login for the repository") {
    const std::string repository = "registry.example.com/team/app";
    CHECK(
        unlisted(credential("quay", {"team-*"}), repository) ==
        lines{"RegistryCredential quay delivers Secret regcred with a login for this registry: list regcred "
              "in imagePullSecrets."});
    CHECK(unlisted(credential("quay", {"other"}), repository) ==
          lines{"RegistryCredential quay could deliver Secret regcred with a login for this registry: add "
                "team-a to its spec.namespaces.include, and list regcred in imagePullSecrets."});
}

TEST_CASE("a Secret with a login for another registry is not named") {
    auto of_quay = credential("quay", {"team-*"});
    of_quay.status.registries = {"quay.io"};
    CHECK(unlisted(of_quay, "registry.example.com/team/app").empty());
    auto of_docker_hub = credential("hub", {"team-*"});
    of_docker_hub.status.registries = {"https://index.docker.io/v1/"};
    CHECK(unlisted(of_docker_hub, "registry.example.com/team/app").empty());
    CHECK(unlisted(of_docker_hub, "docker.io/acme/app").size() == 1);
}

TEST_CASE("a Secret that the Pod lists already is not named as one to list") {
    auto seen = seen_in_team_a();
    seen.credentials = {credential("quay", {"team-*"})};
    CHECK(explain::advise_on_unlisted_secrets(seen, "registry.example.com/team/app").empty());
}
