// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/report.hpp"

#include "dockerconfig/selection.hpp"
#include "support/canary.hpp"
#include "unit/explain/observations.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using explain::access_result;

namespace {

std::string report_on(const explain::observation& seen) {
    auto text = explain::report_of(seen, explain::explain_images(seen));
    CHECK(harness::find_canary(text).empty());
    return text;
}

std::vector<explain::listed_secret> list_of(explain::listed_secret secret) {
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(std::move(secret));
    return secrets;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the report of a Pod that can pull has no advice") {
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(secret_for("regcred", "registry.example.com"));
    secrets.back().managed_by = {"docker-hub"};
    CHECK(report_on(seen_with(pod_of("registry.example.com/team/app:1.2"), std::move(secrets))) ==
          R"(Pod team-a/web, ServiceAccount default

Pull Secrets, in the Pod's order:
  regcred  for registry.example.com; managed by RegistryCredential docker-hub

Images, with the credentials that the kubelet tries, in its order:
  registry.example.com/team/app:1.2 (container app)
    OK
    1. user 'alice', entry registry.example.com of Secret regcred
)");
}

TEST_CASE("the report of a Pod that cannot pull ends with what to do") {
    auto subject = pod_with(R"({"serviceAccountName":"default",
        "initContainers":[{"name":"setup","image":"acme/app"}],
        "containers":[{"name":"app","image":"registry.example.com:5000/team/app:1.2"}]})");
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(secret_for("regcred", "registry.example.com"));
    secrets.push_back(unread_secret("old-quay", access_result::missing));
    secrets.push_back(secret_with("opaque", "{}", "Opaque"));
    CHECK(report_on(seen_with(std::move(subject), std::move(secrets))) ==
          R"(Pod team-a/web, ServiceAccount default

Pull Secrets, in the Pod's order:
  regcred   for registry.example.com
  old-quay  does not exist
  opaque    ignored: type Opaque is not a pull Secret

Images, with the credentials that the kubelet tries, in its order:
  acme/app (init container setup)
    NO CREDENTIAL: no entry matches; the node pulls it anonymously or with its own credentials
  registry.example.com:5000/team/app:1.2 (container app)
    NO CREDENTIAL: no entry matches; the node pulls it anonymously or with its own credentials
    - entry registry.example.com of Secret regcred does not match: the image uses port 5000; the
      entry has no port: write registry.example.com:5000

What to do:
  - If acme/app is private, either list a Secret that has an entry for https://index.docker.io/v1/,
    or add such an entry.
  - Correct the key registry.example.com in Secret regcred: the image uses port 5000; the entry has
    no port: write registry.example.com:5000.
  - Create Secret old-quay: kubectl create secret docker-registry old-quay -n team-a
    --docker-server=https://index.docker.io/v1/ --docker-username=USER --docker-password=PASSWORD
  - Delete Secret opaque and create it again with 'kubectl create secret docker-registry': the
    kubelet reads only the types kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg, and the
    type of a Secret cannot be changed.
  The kubelet tries again within 5 minutes of a change. If a controller owns the Pod, deleting the
  Pod is faster.
)");
}

TEST_CASE("the report shows user input as one printable line, and no tokens and passwords") {
    const std::string token = "ghp_0123456789abcdefABCDEF0123456789abcd";
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(secret_for("tok\x1B[31men", "registry.example.com", token));
    secrets.push_back(secret_for("odd", "https://user:hunter2@registry.example.com", R"(bob\u0007\nevil)"));
    secrets.push_back(secret_with("wrong", "{}", "Opa\x1Bque"));
    const auto text = report_on(seen_with(pod_of("registry.example.com/team/app"), std::move(secrets)));
    CHECK_FALSE(has(text, token));
    CHECK(has(text, "user '<redacted>'"));
    CHECK_FALSE(has(text, "hunter2"));
    CHECK(has(text, "a key that is not a registry"));
    CHECK(has(text, "user 'bob evil'"));
    CHECK(text.find('\x1B') == std::string::npos);
    CHECK(text.find('\a') == std::string::npos);
}

TEST_CASE("the report says of each entry that matches no image why, in the words of the controller") {
    const std::string document = R"({"auths":{"quay.io":{"auth":"dTpw"},"[fd00::1]":{"auth":"dTpw"},
        "index.docker.io/org":{"auth":"dTpw"},"ghcr.io":{"auth":"dTpw"}}})";
    std::istringstream words(
        report_on(seen_with(pod_of("quay.io/team/app"), list_of(secret_with("regcred", document)))));
    std::string text;  // without the ends of lines
    for (std::string word; words >> word;)
        text += word + ' ';
    const auto config =
        dockerconfig::parse_docker_config(document, dockerconfig::docker_config_form::config_json).value();
    const auto controllers = dockerconfig::select_entries(config, {}).value();
    REQUIRE(controllers.notes.size() == 2);
    for (const std::string key : {"[fd00::1]", "index.docker.io/org"}) {
        const auto fault = dockerconfig::find_key_fault(key).value().message;
        CHECK(std::ranges::count(controllers.notes, fmt::format("ignored entry \"{}\": {}", key, fault)) ==
              1);
        CHECK(has(text, fmt::format("; {} matches no image: {}", key, fault)));
    }
    CHECK(has(text, "regcred for ghcr.io, quay.io; "));
}

TEST_CASE("the report shows the order of attempts, and where it is random") {
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(secret_with("two",
                                  R"({"auths":{"registry.example.com":{"username":"alice","password":"x"},
                                               "https://registry.example.com":{"username":"","password":""}}})"));
    secrets.push_back(secret_for("path", "registry.example.com/team", "bob"));
    const auto text = report_on(seen_with(pod_of("registry.example.com/team/app"), std::move(secrets)));
    CHECK(has(text, "1. user 'bob', entry registry.example.com/team of Secret path\n"));
    CHECK(has(text,
              "2. no username (credential not sent), no password, entry "
              "https://registry.example.com of"));
    CHECK(has(text,
              "3. user 'alice', entry registry.example.com of Secret two (in random order: several entries"));
}

TEST_CASE("the report says that a pull failed for another reason than its credentials") {
    const auto with = [](std::string_view message) {
        std::vector<explain::listed_secret> secrets;
        secrets.push_back(secret_for("regcred", "registry.example.com"));
        const auto state =
            R"({"waiting":{"reason":"ErrImagePull","message":")" + std::string(message) + "\"}}";
        return report_on(
            seen_with(pod_of("registry.example.com/team/app", status_of(state)), std::move(secrets)));
    };
    CHECK(has(with("no such host"),
              "    OK: an entry matches; the pull failed for another reason\n"
              "    1. user 'alice', entry registry.example.com of Secret regcred\n"
              "    - the node cannot reach the registry; this does not depend on the credentials\n"));
    CHECK(has(with("manifest unknown"), "    - the registry has no such image, or hides it from this user"));
    const auto refused = with("401 Unauthorized");
    CHECK(has(refused, "    REFUSED by the registry\n"));
    CHECK_FALSE(has(refused, "- the registry refused the pull"));
}

TEST_CASE("the report has at most 100 columns") {
    std::size_t longest = 0;
    for (std::size_t length = 1; length < 60; ++length) {
        std::vector<explain::listed_secret> secrets;
        secrets.push_back(secret_for("regcred", "*.example.com/team/sub/group", std::string(length, 'u')));
        const auto text =
            report_on(seen_with(pod_of("registry.example.com/team/sub/group/app"), std::move(secrets)));
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            longest = std::max(longest, line.size());
    }
    CHECK(longest == 100);
}
