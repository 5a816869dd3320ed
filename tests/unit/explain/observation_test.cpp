// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/observation.hpp"

#include "unit/kube/client/api_fixture.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

using explain::access_result;
using explain::observation;

namespace {

using names = std::vector<std::string>;
using kube::json;

const std::string team_a = "/api/v1/namespaces/team-a";

std::string answer(const json& object) {
    return harness::http_answer(200, object.dump());
}

std::string refusal(int code, const std::string& reason) {
    return harness::http_answer(
        code, json{{"kind", "Status"}, {"status", "Failure"}, {"reason", reason}, {"code", code}}.dump());
}

json object_of(const std::string& kind, const std::string& name) {
    return {{"apiVersion", "v1"},
            {"kind", kind},
            {"metadata",
             {{"name", name}, {"namespace", "team-a"}, {"uid", "uid-" + name}, {"resourceVersion", "1"}}}};
}

json pod_listing(const names& secrets) {
    auto pod = object_of("Pod", "web");
    pod["spec"] = {{"serviceAccountName", "default"},
                   {"containers", json::array({{{"name", "app"}, {"image", "quay.io/team/app"}}})}};
    for (const auto& name : secrets)
        pod["spec"]["imagePullSecrets"].push_back({{"name", name}});
    return pod;
}

json secret_of(const std::string& name) {
    auto secret = object_of("Secret", name);
    secret["type"] = "kubernetes.io/dockerconfigjson";
    secret["data"] = {{".dockerconfigjson", "eyJhdXRocyI6e319"}};  // {"auths":{}}
    return secret;
}

json hub() {
    auto object = object_of("RegistryCredential", "hub");
    object["apiVersion"] = "regcred.dev/v1alpha1";
    object["metadata"].erase("namespace");
    object["spec"] = {{"sources", json::array({{{"secretRef", {{"name", "login"}}}}})},
                      {"namespaces", {{"include", json::array({"*"})}}}};
    return object;
}

json list_of(const json& item, const std::string& next = {}) {
    return {{"apiVersion", "regcred.dev/v1alpha1"},
            {"kind", "RegistryCredentialList"},
            {"metadata", {{"resourceVersion", "9"}, {"continue", next}}},
            {"items", json::array({item})}};
}

/// Answers by path; what is not there is refused with 404.
struct cluster {
    std::map<std::string, std::string> answers{
        {team_a + "/pods/web", answer(pod_listing({"regcred"}))},
        {"/apis/regcred.dev/v1alpha1/registrycredentials", answer(list_of(hub()))},
        {team_a, answer(object_of("Namespace", "team-a"))},
        {team_a + "/serviceaccounts/default", answer(object_of("ServiceAccount", "default"))},
        {team_a + "/secrets/regcred", answer(secret_of("regcred"))},
    };

    kube::result<observation> observe() {
        api_fixture api([this](const std::string& request) {
            const auto begin = request.find('/');
            const auto path = request.substr(begin, request.find_first_of("? ", begin) - begin);
            const auto found = answers.find(path);
            return found == answers.end() ? refusal(404, "NotFound") : found->second;
        });
        return api.run(explain::observe(*api.client, "team-a", "web"));
    }
};

}  // namespace

TEST_CASE("observe reads the Pod, its Secrets, its ServiceAccount, its namespace and RegistryCredentials") {
    cluster c;
    auto account = object_of("ServiceAccount", "default");
    account["imagePullSecrets"] = json::array({{{"name", "regcred"}}, json::object(), {{"name", "other"}}});
    c.answers[team_a + "/serviceaccounts/default"] = answer(account);
    const auto seen = c.observe();
    REQUIRE(seen);
    CHECK(seen->subject.pull_secrets == names{"regcred"});
    CHECK(seen->service_account.access == access_result::read);
    CHECK(seen->service_account.pull_secrets == names{"regcred", "other"});
    REQUIRE(seen->namespace_meta);
    CHECK(seen->namespace_meta->name == "team-a");
    REQUIRE(seen->credentials.size() == 1);
    CHECK(seen->credentials[0].meta.name == "hub");
    REQUIRE(seen->secrets.size() == 1);
    CHECK(seen->secrets[0].name == "regcred");
    CHECK(seen->secrets[0].access == access_result::read);
    CHECK(seen->secrets[0].type == "kubernetes.io/dockerconfigjson");
    CHECK(seen->secrets[0].managed_by.empty());
}

TEST_CASE("a Pod that cannot be read is an error") {
    cluster c;
    c.answers.erase(team_a + "/pods/web");
    CHECK(c.observe().error().kind == kube::error_kind::not_found);
    c.answers[team_a + "/pods/web"] = refusal(403, "Forbidden");
    CHECK(c.observe().error().kind == kube::error_kind::forbidden);
}

TEST_CASE("a Secret that does not exist is distinguished from one that may not or cannot be read") {
    struct row {
        std::string response;
        access_result access;
    };
    const row table[]{
        {refusal(404, "NotFound"), access_result::missing},
        {refusal(403, "Forbidden"), access_result::forbidden},
        {refusal(500, "InternalError"), access_result::unreadable},
        {answer({{"kind", "Secret"}, {"apiVersion", "v1"}}), access_result::unreadable},
    };
    for (const auto& [response, access] : table) {
        CAPTURE(response);
        cluster c;
        c.answers[team_a + "/secrets/regcred"] = response;
        c.answers[team_a + "/serviceaccounts/default"] = response;
        const auto seen = c.observe();
        REQUIRE(seen);
        CHECK(seen->secrets.at(0).access == access);
        CHECK(seen->secrets.at(0).error.empty() == (access == access_result::read));
    }
}

TEST_CASE("a Secret with a name that no object can have is missing") {
    cluster c;
    c.answers[team_a + "/pods/web"] = answer(pod_listing({"..", "regcred"}));
    const auto seen = c.observe();
    REQUIRE(seen);
    REQUIRE(seen->secrets.size() == 2);
    CHECK(seen->secrets[0].access == access_result::missing);
    CHECK(seen->secrets[1].access == access_result::read);
}

TEST_CASE("RegistryCredentials manage a Secret by ownerReference, and by annotation if they can be read") {
    cluster c;
    auto secret = secret_of("regcred");
    SUBCASE("ownerReference") {
        secret["metadata"]["ownerReferences"] = json::array({{{"apiVersion", "regcred.dev/v1alpha1"},
                                                              {"kind", "RegistryCredential"},
                                                              {"name", "hub"},
                                                              {"uid", "uid-hub"}}});
        c.answers.erase("/apis/regcred.dev/v1alpha1/registrycredentials");
    }
    SUBCASE("annotation") {
        secret["metadata"]["annotations"] = {{"regcred.dev/owner", "uid-hub"}};
    }
    const auto managed_by = [&] {
        c.answers[team_a + "/secrets/regcred"] = answer(secret);
        const auto seen = c.observe();
        REQUIRE(seen);
        return seen->secrets.at(0).managed_by;
    };
    CHECK(managed_by() == names{"hub"});
    // A person has copied it, with its owner.
    secret["metadata"]["managedFields"] = json::array({{{"manager", "kubectl-client-side-apply"}}});
    CHECK(managed_by().empty());
    secret["metadata"]["managedFields"].push_back({{"manager", "regcred-controller"}});
    CHECK(managed_by() == names{"hub"});
    // A backup program has restored it in another namespace.
    secret["metadata"]["annotations"]["regcred.dev/written-as"] = "team-b/regcred";
    CHECK(managed_by().empty());
}

TEST_CASE("what the user may not read is left out, and the rest is observed") {
    cluster c;
    c.answers["/apis/regcred.dev/v1alpha1/registrycredentials"] = refusal(403, "Forbidden");
    c.answers[team_a] = refusal(403, "Forbidden");
    const auto seen = c.observe();
    REQUIRE(seen);
    CHECK(seen->credentials.empty());
    CHECK_FALSE(seen->namespace_meta);
    CHECK(seen->secrets.at(0).access == access_result::read);
}
