// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain_fixture.hpp"
#include "support/base64.hpp"
#include "support/canary.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace harness;

namespace {

const std::string image = "registry.example.com/team/app:1.2";
const json read_pods_and_secrets = json::array({{{"apiGroups", json::array({""})},
                                                 {"resources", {"pods", "secrets"}},
                                                 {"verbs", json::array({"get"})}}});
const json read_pods = json::array(
    {{{"apiGroups", json::array({""})}, {"resources", json::array({"pods"})}, {"verbs", {"get"}}}});

struct faulty {
    std::string_view name;
    json secret;
    std::string_view says;
};

json config_secret(const std::string& name, const std::string& document, const std::string& type) {
    return secret_object(name, type, {{docker_config_key, document}});
}

void check_has(const command_output& output, const std::string& part) {
    CHECK_MESSAGE(output.text.find(part) != std::string::npos, output.text);
}

void check_code(const command_output& output, int code) {
    CHECK_MESSAGE(output.code == code, output.text);
}

}  // namespace

TEST_CASE_FIXTURE(explain_fixture, "explain shows the users that the kubelet tries, and exits with 0") {
    add_login("regcred", "registry.example.com");
    add_login("second", "https://registry.example.com/v2/", "bob");
    add_pod("web", {image}, {"regcred", "second"});
    const auto output = explain_pod("web");
    check_code(output, 0);
    check_has(output, "1. user 'alice', entry registry.example.com of Secret regcred");
    check_has(output, "2. user 'bob', entry https://registry.example.com/v2/ of Secret second");
    CHECK(output.text.find("What to do") == std::string::npos);
    CHECK(explain({"web", "-n", ns()}).text == output.text);
    CHECK(explain({"web", "-n", ns(), "--context=no-such"}).code == 2);
}

TEST_CASE_FIXTURE(explain_fixture,
                  "explain says what is wrong with a Secret and what to do, and exits with 1") {
    const std::string secret(canary);
    const std::vector<faulty> table{
        {"opaque",
         config_secret("opaque",
                       R"({"auths":{"registry.example.com":{"username":"a","password":")" + secret + "\"}}}",
                       "Opaque"),
         "ignored: type Opaque is not a pull Secret"},
        {"no-colon",
         config_secret("no-colon",
                       R"({"auths":{"quay.io":{"auth":")" + to_base64(secret) + "\"}}}",
                       docker_config_type),
         "BROKEN, so every pull of the Pod fails: entry \"quay.io\": `auth` has no colon"},
        {"number",
         config_secret("number", R"({"auths":{"quay.io":{"password":5}}})", docker_config_type),
         "`password` is not a string"},
        {"port",
         docker_config_secret("port", {{"registry.example.com:443", login{"alice", secret, {}}}}),
         "write registry.example.com"},
        {"no-slash",
         docker_config_secret("no-slash", {{"https://index.docker.io/v1", login{"alice", secret, {}}}}),
         "the key for Docker Hub is https://index.docker.io/v1/, with the slash at the end"},
        {"hub",
         docker_config_secret("hub", {{"hub.docker.com", login{"alice", secret, {}}}}),
         "the key for Docker Hub is"},
        {"no-user",
         docker_config_secret("no-user", {{"registry.example.com", login{"", secret, {}}}}),
         "no username (credential not sent)"},
        {"store",
         config_secret(
             "store", R"({"auths":{"registry.example.com":{}},"credsStore":"desktop"})", docker_config_type),
         "the password stayed in the credential store"},
    };
    for (const auto& [name, object, says] : table) {
        CAPTURE(name);
        add_secret(object);
        add_pod("pod-" + std::string(name), {image, "acme/app"}, {std::string(name)});
        const auto output = explain_pod("pod-" + std::string(name));
        check_code(output, 1);
        check_has(output, "What to do:");
        std::string on_one_line = output.text;  // it is wrapped
        for (auto at = on_one_line.find("\n "); at != std::string::npos; at = on_one_line.find("\n "))
            on_one_line
                .erase(at, std::min(on_one_line.find_first_not_of(' ', at + 1), on_one_line.size()) - at - 1)
                .replace(at, 1, " ");
        CHECK_MESSAGE(on_one_line.find(says) != std::string::npos, on_one_line);
    }
}

TEST_CASE_FIXTURE(explain_fixture,
                  "explain distinguishes a Secret that does not exist from one that may not be read") {
    add_login("regcred", "registry.example.com");
    add_pod("web", {image}, {"regcred"});
    add_pod("lost", {image}, {"gone"});
    const auto missing = explain_pod("lost");
    check_code(missing, 1);
    check_has(missing, "gone  does not exist");
    check_has(missing, "Create Secret gone: kubectl create secret docker-registry gone -n " + ns());

    const auto tenant = add_tenant("reader-of-pods", read_pods);
    const auto unknown = explain_pod("web", tenant);
    check_code(unknown, 1);
    check_has(unknown, "regcred  you have no permission to read it (403)");
    check_has(unknown, "UNKNOWN: a Secret could not be read");
    check_has(unknown, "Secret regcred in namespace " + ns() + " could not be checked");
    check_has(explain_pod("lost", tenant), "gone  you have no permission to read it (403)");
}

TEST_CASE_FIXTURE(explain_fixture, "explain works for a tenant who may only get Pods and Secrets") {
    add_login("regcred", "registry.example.com");
    add_credential("hub", spec_of({"absent"}, {"nowhere"}));
    add_pod("web", {image}, {"regcred"});
    add_pod("lost", {image}, {"gone"});
    const auto tenant = add_tenant("tenant", read_pods_and_secrets);
    check_code(explain_pod("web", tenant), 0);
    const auto lost = explain_pod("lost", tenant);
    check_code(lost, 1);
    check_has(lost, "Create Secret gone");
    check_code(explain({"default/web"}, tenant), 2);
}

TEST_CASE_FIXTURE(explain_fixture,
                  "explain notices a ServiceAccount that was patched after the Pod was created") {
    add_login("regcred", "registry.example.com");
    add_pod("early", {image});
    check_has(explain_pod("early"), "the Pod lists none");
    api().patch(namespace_path(ns()) + "/serviceaccounts/default",
                {{"imagePullSecrets", json::array({{{"name", "regcred"}}})}});
    const auto early = explain_pod("early");
    check_code(early, 1);
    check_has(early, "Delete the Pod, so that its controller creates a new one.");
}

TEST_CASE_FIXTURE(explain_fixture,
                  "explain names the RegistryCredential that manages a Secret, or would deliver it") {
    const auto keeper = add_credential("keeper", spec_of({"absent"}, {ns()}));
    auto kept = docker_config_secret("regcred", {{"quay.io", login{"alice", std::string(canary), {}}}});
    kept["metadata"]["ownerReferences"] = json::array({owner_reference_to(keeper)});
    add_secret(kept);
    add_pod("web", {image}, {"regcred"});
    CHECK(explain_pod("web").text.find("managed by RegistryCredential") == std::string::npos);
    api().remove(secret_path(ns()));
    api().create(secrets_in(ns()) + "?fieldManager=regcred-controller", kept);
    check_has(explain_pod("web"), "managed by RegistryCredential " + named("keeper"));

    auto other = spec_of({"absent"}, {"nowhere"});
    other["secretName"] = "elsewhere";
    add_credential("other", other);
    add_pod("lost", {image}, {"elsewhere"});
    const auto lost = explain_pod("lost");
    check_code(lost, 1);
    check_has(lost, "RegistryCredential " + named("other") + " would deliver Secret elsewhere");
    check_has(lost, "add " + ns() + " to its");
}

TEST_CASE_FIXTURE(
    explain_fixture,
    "explain uses the kubelet's status: a refused pull is a wrong login, a running container has its image") {
    add_login("regcred", "registry.example.com");
    add_pod("refused", {image}, {"regcred"});
    set_state("refused",
              {{"waiting",
                {{"reason", "ImagePullBackOff"},
                 {"message",
                  "Back-off pulling image: ErrImagePull: " + std::string(canary) + ": 401 Unauthorized"}}}});
    const auto refused = explain_pod("refused");
    check_code(refused, 1);
    check_has(refused, "REFUSED by the registry");
    check_has(refused, "Correct the login of user 'alice' in Secret regcred");

    add_pod("public", {"acme/app"});
    check_code(explain_pod("public"), 1);
    set_state("public", {{"running", {{"startedAt", "2026-01-01T00:00:00Z"}}}});
    check_code(explain_pod("public"), 0);
}

TEST_CASE_FIXTURE(explain_fixture, "explain is a kubectl plugin through a link") {
    add_login("regcred", "registry.example.com");
    add_pod("web", {image}, {"regcred"});
    std::filesystem::create_symlink(program(), folder().path("kubectl-regcred"));
    const auto path = folder().path("") + ":" + std::getenv("PATH");
    const auto output =
        run({"env", "PATH=" + path, "kubectl", "regcred", "explain", "pod", "web", "-n", ns()});
    check_code(output, 0);
    check_has(output, "user 'alice', entry registry.example.com of Secret regcred");
    const auto help = run({"env", "PATH=" + path, "kubectl", "regcred", "explain", "pod", "--help"});
    check_code(help, 0);
    check_has(help, "kubectl regcred explain pod");
}

TEST_CASE_FIXTURE(explain_fixture, "explain accepts a kubeconfig whose user logs in with a plugin") {
    add_login("regcred", "registry.example.com");
    add_pod("web", {image}, {"regcred"});
    const auto tenant = add_tenant("tenant", read_pods_and_secrets);
    auto config = json::parse(read_text(tenant));
    const auto token_file = config["users"][0]["user"]["tokenFile"].get<std::string>();
    const std::string print =
        R"sh(printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}' "$(cat "$1")")sh";
    config["users"][0]["user"] = {{"exec",
                                   {{"apiVersion", "client.authentication.k8s.io/v1"},
                                    {"command", "sh"},
                                    {"args", {"-c", print, "login", token_file}},
                                    {"interactiveMode", "Never"}}}};
    check_code(explain_pod("web", folder().write("plugin", config.dump())), 0);
    config["users"][0]["user"]["exec"]["command"] = "no-such-login-helper";
    const auto missing = explain_pod("web", folder().write("plugin", config.dump()));
    check_code(missing, 2);
    check_has(missing, "no-such-login-helper cannot be run");
}

TEST_CASE_FIXTURE(explain_fixture, "explain exits with 2 and says why when no diagnosis is possible") {
    const auto no_pod = explain_pod("nobody");
    check_code(no_pod, 2);
    check_has(no_pod, fmt::format("regcred: Pod {}/nobody: ", ns()));
    check_code(explain({"web", "--kubeconfig=" + folder().path("absent")}), 2);
    const auto wrong = folder().write("wrong",
                                      "current-context: x\n"
                                      "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
                                      "users: [{name: u, user: {token: " +
                                          std::string(canary) +
                                          "}}]\n"
                                          "contexts: [{name: x, context: {cluster: c, user: u}}]\n");
    check_code(explain_pod("web", wrong), 2);
    check_code(explain({}), 2);
}
