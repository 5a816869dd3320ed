// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "api/v1alpha1/registry_credential.hpp"
#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::json;
using v1alpha1::read_status;
using v1alpha1::registry_credential_status;
using v1alpha1::write_status;

namespace {

registry_credential_status sample() {
    registry_credential_status status;
    status.observed_generation = 4;
    status.registries = {"ghcr.io", "quay.io"};
    status.registry_summary = "ghcr.io,quay.io";
    status.namespaces = {120, 118, 2};
    status.summary = "118/120";
    status.failures = {{"team-a", "Conflict", "a Secret that is not regcred's", "2026-01-31T23:59:59Z"}};
    status.pull_failures = 2;
    status.affected_pods = {{"team-a", "web-1", "regcred", "Recovering", "2026-01-31T23:59:59Z"}};
    status.conditions = {{"Ready", "False", "Conflict", "2 namespaces fail", 4, "2026-01-31T23:59:59Z"},
                         {"SourcesValid", "True", "Valid", "", 4, "2026-01-31T23:59:59Z"}};
    return status;
}

}  // namespace

TEST_CASE("a status is written with exactly the fields of the CRD") {
    CHECK(
        write_status(sample()) ==
        parsed(
            R"({"observedGeneration":4,"registries":["ghcr.io","quay.io"],"registrySummary":"ghcr.io,quay.io",
        "namespaces":{"selected":120,"synced":118,"failed":2},"summary":"118/120",
        "failures":[{"namespace":"team-a","reason":"Conflict","message":"a Secret that is not regcred's","since":"2026-01-31T23:59:59Z"}],
        "pullFailures":2,
        "affectedPods":[{"namespace":"team-a","pod":"web-1","secret":"regcred","reason":"Recovering","lastSeen":"2026-01-31T23:59:59Z"}],
        "conditions":[
          {"type":"Ready","status":"False","reason":"Conflict","message":"2 namespaces fail","observedGeneration":4,"lastTransitionTime":"2026-01-31T23:59:59Z"},
          {"type":"SourcesValid","status":"True","reason":"Valid","message":"","observedGeneration":4,"lastTransitionTime":"2026-01-31T23:59:59Z"}]})"));
}

TEST_CASE("an empty status is written with its lists") {
    const auto written = write_status({});
    for (const auto* name : {"registries", "failures", "affectedPods", "conditions"})
        CHECK(written.at(name) == json::array());
    CHECK(written.at("namespaces") == json{{"selected", 0}, {"synced", 0}, {"failed", 0}});
    CHECK_FALSE(written.contains("pullFailures"));  // not known is not zero
}

TEST_CASE("a written status reads back the same") {
    CHECK(read_status({{"status", write_status(sample())}}) == sample());
    CHECK(read_status({{"status", write_status({})}}) == registry_credential_status{});
}

TEST_CASE("a status with lists of the largest size reads back the same") {
    registry_credential_status status;
    status.registries.assign(32, "ghcr.io");
    status.failures.assign(20, {"team-a", "Conflict", "", ""});
    status.affected_pods.assign(20, {"team-a", "web-1", "", "", ""});
    status.conditions.assign(16, {"Ready", "Unknown", "", "", 0, ""});
    CHECK(read_status({{"status", write_status(status)}}) == status);
}

TEST_CASE("a status has the counts of ServiceAccounts if the spec selects some") {
    auto status = sample();
    status.service_accounts = {3, 2, 1};
    const auto written = write_status(status);
    CHECK(written.at("serviceAccounts") == json{{"selected", 3}, {"patched", 2}, {"failed", 1}});
    CHECK(read_status({{"status", written}}) == status);
}

TEST_CASE("an absent status is read as empty") {
    CHECK(read_status(parsed("{}")) == registry_credential_status{});
    CHECK(read_status(parsed(R"({"status":null})")) == registry_credential_status{});
}

TEST_CASE("a status with an invalid field is read as empty") {
    struct example {
        const char* pointer;
        json value;
    };
    const example table[] = {
        {"", "text"},
        {"", json::array()},
        {"/observedGeneration", "4"},
        {"/observedGeneration", -1},
        {"/registries", "ghcr.io"},
        {"/registries", json::array({1})},
        {"/registries", std::vector<std::string>(33, "a")},
        {"/registrySummary", 5},
        {"/namespaces", 5},
        {"/namespaces/synced", "118"},
        {"/namespaces/failed", -2},
        {"/serviceAccounts", 5},
        {"/serviceAccounts", json{{"patched", "2"}}},
        {"/serviceAccounts", json{{"failed", -1}}},
        {"/summary", json::object()},
        {"/pullFailures", "2"},
        {"/pullFailures", -1},
        {"/affectedPods", 5},
        {"/affectedPods", json::array({{{"pod", "web-1"}}})},
        {"/affectedPods", json::array({{{"namespace", "team-a"}}})},
        {"/affectedPods", std::vector<json>(21, {{"namespace", "a"}, {"pod", "b"}})},
        {"/failures", json::object()},
        {"/failures", std::vector<json>(21, {{"namespace", "a"}})},
        {"/failures/0", "team-a"},
        {"/failures/0/namespace", nullptr},
        {"/failures/0/since", 5},
        {"/conditions", "Ready"},
        {"/conditions", std::vector<json>(17, {{"type", "a"}, {"status", "True"}})},
        {"/conditions/1/type", ""},
        {"/conditions/1/status", "true"},
        {"/conditions/1/status", nullptr},
        {"/conditions/1/message", json::array()},
        {"/conditions/1/observedGeneration", -4},
    };
    for (const auto& row : table) {
        CAPTURE(row.pointer);
        json object{{"status", write_status(sample())}};
        object["status"][json::json_pointer(row.pointer)] = row.value;
        CHECK(read_status(object) == registry_credential_status{});
    }
}
