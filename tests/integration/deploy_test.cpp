// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"
#include "support/base64.hpp"
#include "support/eventually.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"
#include "token_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

using namespace harness;

// deploy/ as an administrator meets it: that it installs, hardened, and that its README tells the truth.

namespace {

constexpr auto budget = "/apis/policy/v1/namespaces/regcred-system/poddisruptionbudgets/regcred-controller";
constexpr auto deployment = "/apis/apps/v1/namespaces/regcred-system/deployments/regcred-controller";

std::vector<std::string> controller_arguments(admin& api) {
    return api.get(deployment)["spec"]["template"]["spec"]["containers"][0]["args"]
        .get<std::vector<std::string>>();
}

bool has(const std::vector<std::string>& texts, const std::string& text) {
    return std::ranges::find(texts, text) != texts.end();
}

/// What the admission policy allows.
std::string max_document_bytes(admin& api) {
    const auto policy =
        api.get("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/regcred-controller");
    for (const auto& variable : policy["spec"]["variables"]) {
        if (variable["name"] == "maxDocumentBytes") return variable["expression"].get<std::string>();
    }
    return "no such variable";
}

/// The payload of a JSON Web Token.
json claims_of(const std::string& token) {
    const auto begin = token.find('.') + 1;
    auto text = token.substr(begin, token.find('.', begin) - begin);
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    return json::parse(from_base64(text));
}

/// The YAML in deploy/README.md between two headings.
std::string yaml_below(const std::string& heading, const std::string& next_heading) {
    std::istringstream lines(read_text(REGCRED_REPOSITORY "/deploy/README.md"));
    bool in_section = false;
    bool in_block = false;
    std::string yaml;
    for (std::string line; std::getline(lines, line);) {
        const auto title = line.starts_with('#') ? line.substr(line.find(' ') + 1) : std::string();
        if (title == heading) in_section = true;
        if (!title.empty() && title.starts_with(next_heading)) in_section = false;
        if (!in_section) continue;
        if (in_block && line == "```") in_block = false;
        if (in_block) yaml += line + "\n";
        if (line == "```yaml") in_block = true;
    }
    return yaml;
}

/// Applies the overlay that deploy/README.md shows below a heading, word for word.
void apply_overlay(const std::string& heading, const std::string& next_heading) {
    const temporary_folder folder;
    folder.write("kustomization.yaml", yaml_below(heading, next_heading));
    std::filesystem::create_directory_symlink(REGCRED_REPOSITORY "/deploy", folder.path("deploy"));
    const auto applied = run({"kubectl", "apply", "-k", folder.path("")});
    CHECK_MESSAGE(applied.code == 0, applied.text);
    CHECK_MESSAGE(applied.text.find("rror") == std::string::npos, applied.text);
}

json pull_secrets(const std::vector<std::string>& names) {
    json list = json::array();
    for (const auto& name : names)
        list.push_back({{"name", name}});
    return {{"imagePullSecrets", list}};
}

}  // namespace

TEST_CASE_FIXTURE(token_fixture,
                  "kubectl apply -k deploy/ creates a hardened Deployment, without a warning" *
                      needs_validating_policies) {
    api().remove(deployment);  // a warning comes when it is created
    const auto applied = run({"kubectl", "apply", "-k", REGCRED_REPOSITORY "/deploy"});
    INFO(applied.text);
    CHECK(applied.text.find("deployment.apps/regcred-controller") != std::string::npos);
    CHECK(applied.text.find("rror") == std::string::npos);
    CHECK(applied.text.find("arning") == std::string::npos);
    const auto generation = api().get(budget).at("metadata").at("generation");
    std::istringstream again(run_or_throw({"kubectl", "apply", "-k", REGCRED_REPOSITORY "/deploy"}));
    for (std::string line; std::getline(again, line);) {
        // kubectl always sends the selector of a PodDisruptionBudget again: its patch strategy is replace.
        if (!line.starts_with("poddisruptionbudget")) CHECK_MESSAGE(line.ends_with(" unchanged"), line);
    }
    CHECK(api().get(budget).at("metadata").at("generation") == generation);
    CHECK(has(controller_arguments(api()), "--secret-names=regcred"));
    for (const auto& argument : controller_arguments(api()))
        CHECK_FALSE(argument.starts_with("--max-document-bytes"));
    const auto help = run_or_throw({REGCRED_CONTROLLER_BINARY, "--help"});
    CHECK(help.find("--max-document-bytes BYTES (default: " + max_document_bytes(api()) + ")") !=
          std::string::npos);
    const auto samples =
        run({"kubectl", "apply", "--dry-run=server", "-f", REGCRED_REPOSITORY "/deploy/samples/"});
    CHECK_MESSAGE(samples.code == 0, samples.text);
}

TEST_CASE_FIXTURE(
    token_fixture,
    "regcred-system admits the Deployment's Pod and no privileged one, with a token for an hour") {
    const auto privileged = run({"kubectl",
                                 "run",
                                 "privileged",
                                 "-n",
                                 own_namespace,
                                 "--image=none",
                                 "--privileged",
                                 "--dry-run=server"});
    CHECK_MESSAGE(privileged.text.find("violates PodSecurity \"restricted") != std::string::npos,
                  privileged.text);

    // By hand: the test cluster need not run Deployments.
    const auto spec = api().get(deployment)["spec"]["template"]["spec"];
    const auto pods = namespace_path(own_namespace) + "/pods";
    delete_at_end(pods + "/" + named("pod"));
    const auto pod = api().create(
        pods,
        {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", named("pod")}}}, {"spec", spec}});
    json seconds;
    for (const auto& volume : spec["volumes"]) {
        for (const auto& source : volume.value("projected", json::object()).value("sources", json::array()))
            if (source.contains("serviceAccountToken"))
                seconds = source["serviceAccountToken"]["expirationSeconds"];
    }
    REQUIRE(seconds.is_number());
    // A token of 3607 seconds, as the automatic mount asks for, would be good for a year.
    const auto answer = api().create(
        account_path(own_namespace, "regcred-controller") + "/token",
        {{"apiVersion", "authentication.k8s.io/v1"},
         {"kind", "TokenRequest"},
         {"spec",
          {{"expirationSeconds", seconds},
           {"boundObjectRef",
            {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", named("pod")}, {"uid", uid_of(pod)}}}}}});
    const auto claims = claims_of(answer["status"]["token"].get<std::string>());
    CHECK(claims["exp"].get<long>() - claims["iat"].get<long>() <= 3600);
}

TEST_CASE_FIXTURE(token_fixture, "the administrator of a namespace may do nothing with RegistryCredentials") {
    const json subject = {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "User"}, {"name", "tenant"}};
    api().create(
        "/apis/rbac.authorization.k8s.io/v1/namespaces/" + ns_ + "/rolebindings",
        {{"apiVersion", "rbac.authorization.k8s.io/v1"},
         {"kind", "RoleBinding"},
         {"metadata", {{"name", "tenant"}}},
         {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "admin"}}},
         {"subjects", json::array({subject})}});
    const auto can_tenant = [&](const json& attributes) {
        const auto review =
            api().create("/apis/authorization.k8s.io/v1/subjectaccessreviews",
                         {{"apiVersion", "authorization.k8s.io/v1"},
                          {"kind", "SubjectAccessReview"},
                          {"spec", {{"user", "tenant"}, {"resourceAttributes", attributes}}}});
        return review["status"]["allowed"].get<bool>();
    };
    eventually("the tenant's role works", [&] {
        return can_tenant({{"verb", "create"}, {"resource", "secrets"}, {"namespace", ns_}}) ? "" : "not yet";
    });
    for (const auto* verb : {"get", "create", "patch", "delete"}) {
        CAPTURE(verb);
        CHECK_FALSE(
            can_tenant({{"verb", verb}, {"group", "regcred.dev"}, {"resource", "registrycredentials"}}));
    }
}

TEST_CASE_FIXTURE(token_fixture,
                  "the overlay of the README allows another ServiceAccount, and deploy/ takes it back" *
                      needs_validating_policies) {
    const restored_install restored;
    api().create(namespace_path(ns_) + "/serviceaccounts",
                 {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", "builder"}}}});
    const auto builder = account_path(ns_, "builder");
    deny("list a Secret in a ServiceAccount of another name", "PATCH", builder, pull_secrets({"regcred"}));
    apply_overlay("ServiceAccounts", "Other Secret names");
    await_status(200, "PATCH", builder, pull_secrets({"regcred"}));
    CHECK(has(controller_arguments(api()), "--service-accounts=default,builder"));
    cluster::install();
}

TEST_CASE_FIXTURE(token_fixture,
                  "the overlay of the README allows another Secret name, and deploy/ takes it back" *
                      needs_validating_policies) {
    const restored_install restored;
    const auto second = secret_path(ns_, "team-regcred");
    const auto creation = creation_of(empty_copy("team-regcred"));
    eventually("the namespace has its ServiceAccount",
               [&] { return api().find(account_path(ns_)) ? "" : "none"; });
    api().patch(account_path(ns_), pull_secrets({"theirs", "b"}));
    apply_overlay("Other Secret names", "Risks");
    await_status(201, "APPLY", second, creation);
    const std::string list = "/api/v1/secrets?fieldSelector=metadata.name%3Dteam-regcred";
    allow("list the second name", "GET", list);
    const auto third = creation_of(empty_copy("other2"));
    deny("create a third name", "APPLY", secret_path(ns_, "other2"), third);
    check_refusal(
        422,
        "only write Secrets named regcred, team-regcred, not regcred-dry-run",
        "create a Secret of the dry runs' name",
        send("APPLY", secret_path(ns_, "regcred-dry-run"), creation_of(empty_copy("regcred-dry-run"))));
    // Each policy takes effect in its own time.
    await_status(200, "PATCH", account_path(ns_), pull_secrets({"theirs", "b", "team-regcred"}));
    CHECK(has(controller_arguments(api()), "--secret-names=regcred,team-regcred"));
    cluster::install();
    await_status(403, "APPLY", second, creation);
    deny("list the second name", "GET", list);
}

TEST_CASE_FIXTURE(token_fixture,
                  "the policies hold under a namePrefix and a nameSuffix of kustomize" *
                      needs_validating_policies) {
    const temporary_folder folder;
    folder.write(
        "kustomization.yaml",
        "namePrefix: acme-\nnameSuffix: -eu\n"
        "resources: [serviceaccount.yaml, rbac.yaml, admission-policy.yaml, service-accounts.yaml]\n");
    for (const std::string file : {"serviceaccount", "rbac", "admission-policy", "service-accounts"})
        folder.write(file + ".yaml", read_text(REGCRED_REPOSITORY "/deploy/" + file + ".yaml"));
    const auto applied = run({"kubectl", "apply", "-k", folder.path("")});
    CHECK_MESSAGE(applied.code == 0, applied.text);
    const auto send_as_controller =
        [&](const std::string& method, const std::string& path, const json& body) {
            return api().send({.method = method,
                               .path = path + "?dryRun=All",
                               .body = body,
                               .as = "system:serviceaccount:regcred-system:acme-regcred-controller-eu"});
        };
    eventually("the token of that ServiceAccount may create copies", [&] {
        const auto answer = send_as_controller("APPLY", secret_path(ns_), creation_of(empty_copy()));
        return answer.ok() ? "" : answer.message();
    });
    auto immutable = creation_of(empty_copy());
    immutable["immutable"] = true;
    eventually("nothing else", [&] {
        const auto answer = send_as_controller("APPLY", secret_path(ns_), immutable);
        return answer.status == 422 ? "" : fmt::format("{} {}", answer.status, answer.message());
    });
    eventually("no label of a ServiceAccount", [&] {
        const auto answer = send_as_controller("PATCH", account_path(ns_), labels_patch({{"a", "b"}}));
        return answer.status == 422 ? "" : fmt::format("{} {}", answer.status, answer.message());
    });
    const auto removed = run({"kubectl", "delete", "-k", folder.path("")});
    CHECK_MESSAGE(removed.code == 0, removed.text);
}

TEST_CASE_FIXTURE(
    token_fixture,
    "the overlay of the README allows more keys of secretTemplate, and deploy/ takes them back" *
        needs_validating_policies) {
    const restored_install restored;
    const auto with_label = [](const std::string& key) {
        auto secret = creation_of(empty_copy());
        secret.merge_patch(labels_patch({{key, "x"}}));
        return secret;
    };
    refuse("acme.com/team: take them out of spec.secretTemplate",
           "a label that is not allowed",
           "APPLY",
           secret_path(ns_),
           with_label("acme.com/team"));
    apply_overlay("Labels and annotations of `spec.secretTemplate`", "Is the admission policy enforced?");
    await_status(201, "APPLY", secret_path(ns_), with_label("acme.com/team"));
    refuse("argocd.argoproj.io/secret-type: take them out",
           "a label that no overlay allows",
           "APPLY",
           secret_path(ns_),
           with_label("argocd.argoproj.io/secret-type"));
    cluster::install();
    await_status(422, "APPLY", secret_path(ns_), with_label("acme.com/team"));
}

TEST_CASE_FIXTURE(token_fixture,
                  "the overlay of the README allows a larger docker config, and deploy/ takes it back") {
    const restored_install restored;
    auto large = creation_of(empty_copy());
    large["data"][docker_config_key] =
        to_base64(R"({"auths":{"quay.io":{"auth":")" + std::string(900'000, 'a') + R"("}}})");
    refuse("at most 524288 bytes (maxDocumentBytes", "900 kB", "APPLY", secret_path(ns_), large);
    apply_overlay("Large docker configs", "Mass deletion");
    await_status(201, "APPLY", secret_path(ns_), large);
    CHECK(has(controller_arguments(api()), "--max-document-bytes=" + max_document_bytes(api())));
    cluster::install();
    await_status(422, "APPLY", secret_path(ns_), large);
}
