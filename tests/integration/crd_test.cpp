// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "manifest_fixture.hpp"
#include "support/eventually.hpp"
#include "support/subprocess.hpp"
#include "util/timestamp.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <regex>

using namespace harness;

// The CRD as a user of kubectl meets it: columns, conditions, explanations.

namespace {

/// One space for each run of white space.
std::string one_line(const std::string& text) {
    return std::regex_replace(text, std::regex("\\s+"), " ");
}

void check_contains(const std::string& text, const std::string& part) {
    CHECK_MESSAGE(text.find(part) != std::string::npos, "no '" << part << "' in: " << text);
}

/// Checks that the schema of each field below `path` has a description, which is what kubectl explain shows.
int count_described(const json& schema, const std::string& path) {
    CHECK_MESSAGE(!schema.value("description", "").empty(), path);
    int count = 1;
    const auto& fields = schema.contains("items") ? schema["items"] : schema;
    const auto properties = fields.value("properties", json::object());
    for (const auto& [name, field] : properties.items())
        count += count_described(field, fmt::format("{}.{}", path, name));
    return count;
}

}  // namespace

TEST_CASE_FIXTURE(manifest_fixture, "the CRD is applied as it is, and is established") {
    const auto applied = run({"kubectl", "apply", "-f", REGCRED_REPOSITORY "/crds"});
    check_contains(applied.text,
                   "customresourcedefinition.apiextensions.k8s.io/registrycredentials.regcred.dev");
    run_or_throw({"kubectl",
                  "wait",
                  "--for=condition=Established",
                  "--timeout=20s",
                  "crd/registrycredentials.regcred.dev"});
    const auto crd =
        api().get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/registrycredentials.regcred.dev");
    std::string conditions;  // NonStructuralSchema would be another one
    for (const auto& condition : crd["status"]["conditions"])
        conditions += fmt::format(
            "{}={} ", condition["type"].get<std::string>(), condition["status"].get<std::string>());
    CHECK(conditions == "NamesAccepted=True Established=True ");
    eventually(
        "the API server serves RegistryCredentials",
        [] { return run({"kubectl", "get", "registrycredentials"}).code == 0 ? "" : "not yet"; },
        std::chrono::seconds(20));
}

TEST_CASE_FIXTURE(manifest_fixture, "kubectl get shows the status in its columns") {
    const auto name = add_credential("minimal", spec_of({"hub-login"}, {"*"}));
    const auto now = util::write_time(std::chrono::system_clock::now());
    const auto condition =
        [&](const char* type, const char* status, const char* reason, const char* message) {
            return json{{"type", type},
                        {"status", status},
                        {"reason", reason},
                        {"message", message},
                        {"lastTransitionTime", now}};
        };
    const json status = {{"observedGeneration", 1},
                         {"summary", "118/120"},
                         {"registries", {"ghcr.io", "quay.io"}},
                         {"registrySummary", "ghcr.io,quay.io"},
                         {"namespaces", {{"selected", 120}, {"synced", 118}, {"failed", 2}}},
                         {"conditions",
                          {condition("SourcesValid", "True", "Valid", ""),
                           condition("Ready", "False", "Conflict", "2 namespaces failed")}},
                         {"pullFailures", 2},
                         {"affectedPods",
                          json::array({{{"namespace", "team-a"},
                                        {"pod", "web-1"},
                                        {"secret", "regcred"},
                                        {"reason", "Recovering"},
                                        {"lastSeen", now}}})},
                         {"failures",
                          json::array({{{"namespace", "team-a"},
                                        {"reason", "Conflict"},
                                        {"message", "foreign Secret"},
                                        {"since", now}}})}};
    const auto path = credential_path(name);
    const auto stored = api().patch(path + "/status", {{"status", status}});
    CHECK(stored["status"] == status);

    const std::regex age("[0-9]+s $");
    const auto table = [&](std::vector<std::string> command) {
        return std::regex_replace(one_line(run_or_throw(std::move(command))), age, "- ");
    };
    CHECK(table({"kubectl", "get", "registrycredentials", name}) ==
          "NAME SECRET NAMESPACES READY PULL-FAILURES AGE " + name + " regcred 118/120 False 2 - ");
    CHECK(table({"kubectl", "get", "regcred", name, "-o", "wide"}) ==
          "NAME SECRET NAMESPACES READY PULL-FAILURES REGISTRIES REASON MESSAGE AGE " + name +
              " regcred 118/120 False 2 ghcr.io,quay.io Conflict 2 namespaces failed - ");
    run_or_throw(
        {"kubectl", "wait", "--for=condition=Ready=False", "--timeout=5s", "registrycredential/" + name});

    auto twice = status["conditions"];
    twice.push_back(condition("Ready", "True", "Synced", ""));
    const auto refused = api().send({.method = "PATCH",
                                     .path = path + "/status",
                                     .body = {{"status", {{"conditions", twice}}}},
                                     .as = {}});
    check_contains(refused.message(), "status.conditions[2]: Duplicate value: ");
    check_contains(refused.message(), R"({"type":"Ready"})");
    const auto ignored = api().patch(path, {{"status", {{"summary", "0/0"}}}});
    CHECK(ignored["status"]["summary"] == "118/120");
}

TEST_CASE_FIXTURE(manifest_fixture, "kubectl explain describes every field") {
    const std::string openapi = "/openapi/v3/apis/regcred.dev/v1alpha1";
    const std::string kind = "dev.regcred.v1alpha1.RegistryCredential";
    eventually(
        "the API server publishes the schema",
        [&] {
            const auto found = api().find(openapi);
            return found && found->at("components").at("schemas").contains(kind) ? "" : "not yet";
        },
        std::chrono::seconds(20));
    const auto schema = api().get(openapi)["components"]["schemas"][kind];
    for (const auto* top : {"spec", "status"})
        CHECK(schema["properties"].contains(top));
    CHECK(count_described(schema, "registrycredential") >= 50);
    for (const auto* path : {"", ".spec.namespaces.include"}) {
        const auto text = run_or_throw({"kubectl", "explain", std::string("registrycredential") + path});
        check_contains(text, "DESCRIPTION:");
        CHECK(text.find("<no description>") == std::string::npos);
    }
    check_contains(
        one_line(run_or_throw({"kubectl", "explain", "registrycredential.spec.namespaces.include"})),
        R"(["*"] matches every namespace except the system namespaces)");
}
