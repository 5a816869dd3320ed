// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/advice.hpp"

#include "support/canary.hpp"
#include "unit/explain/observations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using explain::access_result;

namespace {

const std::string image = "registry.example.com/team/app";

std::string advice_on(const explain::observation& seen) {
    std::string all;
    for (const auto& each : explain::advise(seen, explain::explain_images(seen)))
        all += each + '\n';
    CHECK(harness::find_canary(all).empty());
    return all;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

explain::observation seen_with_one(explain::listed_secret secret, explain::pod subject = pod_of(image)) {
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(std::move(secret));
    return seen_with(std::move(subject), std::move(secrets));
}

}  // namespace

TEST_CASE("advise gives nothing when nothing is wrong") {
    CHECK(advice_on(seen_with_one(secret_for("good", "registry.example.com"))).empty());
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(secret_for("good", "registry.example.com"));
    secrets.push_back(secret_with("opaque", "{}", "Opaque"));
    CHECK(advice_on(seen_with(pod_of(image), std::move(secrets))).empty());
}

TEST_CASE("advise compares the Pod's Secrets with those of its ServiceAccount") {
    auto seen = seen_with(pod_of(image));
    CHECK(has(advice_on(seen), "imagePullSecrets of ServiceAccount default and create the Pod again"));
    seen.service_account.pull_secrets = {"regcred"};
    const auto patched = advice_on(seen);
    CHECK(has(patched, "Delete the Pod, so that its controller creates a new one."));
    CHECK(has(patched, "ServiceAccount default now lists regcred, but"));

    auto listing = seen_with_one(secret_for("other", "token.example.com"));
    CHECK_FALSE(has(advice_on(listing), "ServiceAccount"));
    listing.service_account.pull_secrets = {"other"};
    CHECK_FALSE(has(advice_on(listing), "ServiceAccount"));
    listing.service_account.pull_secrets = {"other", "regcred"};
    CHECK(has(advice_on(listing),
              "Add regcred to the Pod template: ServiceAccount default lists it and this Pod does not."));
}

TEST_CASE("advise gives the command that creates a missing Secret, with the key that the kubelet finds") {
    const auto missing = [](const std::string& name) {
        return advice_on(seen_with_one(unread_secret("gone", access_result::missing), pod_of(name)));
    };
    CHECK(has(missing(image),
              "Create Secret gone: kubectl create secret docker-registry gone -n team-a "
              "--docker-server=registry.example.com --docker-username=USER --docker-password=PASSWORD"));
    CHECK(has(missing("acme/app"), "--docker-server=https://index.docker.io/v1/ "));
}

TEST_CASE("advise names RegistryCredentials with the login, and gives a command only if there is none") {
    v1alpha1::registry_credential hub;
    hub.meta.name = "hub";
    hub.namespaces.include = {"team-*"};
    hub.status.registries = {"registry.example.com"};
    auto seen = seen_with_one(unread_secret("regcred", access_result::missing));
    seen.credentials = {hub};
    CHECK(has(advice_on(seen), "RegistryCredential hub should deliver Secret regcred"));
    CHECK_FALSE(has(advice_on(seen), "Create Secret"));
    seen.credentials[0].secret_name = "other";
    CHECK(has(advice_on(seen), "Create Secret regcred: "));
    CHECK(
        has(advice_on(seen), "RegistryCredential hub delivers Secret other with a login for this registry"));
}

TEST_CASE("advise sends the user to the source of a Secret that a RegistryCredential manages") {
    auto broken = secret_with("regcred", R"({"auths":{"quay.io":{"auth":"CANARY-3xK9vTq7Lw2Zp"}}})");
    broken.managed_by = {"hub"};
    const auto advice = advice_on(seen_with_one(std::move(broken)));
    CHECK(has(advice,
              "Repair the source of RegistryCredential hub (Secret regcred): entry \"quay.io\": "
              "`auth` is "
              "not base64"));
    CHECK_FALSE(has(advice, "Create Secret"));
}

TEST_CASE(
    "advise tells to recreate a Secret of the wrong type, and to let someone else read an unreadable one") {
    CHECK(has(advice_on(seen_with_one(secret_with("opaque", "{}", "Opaque"))),
              "Delete Secret opaque and create it again with 'kubectl create secret docker-registry'"));
    CHECK(has(advice_on(seen_with_one(unread_secret("no", access_result::forbidden))),
              "Secret no in namespace team-a could not be checked: either ask for permission to get it"));
    auto failed = unread_secret("no", access_result::unreadable);
    failed.error = "HTTP 503";
    CHECK(has(advice_on(seen_with_one(std::move(failed))),
              "Secret no could not be read: HTTP 503. Try again."));
}

TEST_CASE("advise says why an entry has no credentials, and what to write") {
    const auto with = [](std::string_view document) {
        return advice_on(seen_with_one(secret_with("s", document)));
    };
    CHECK(has(with(R"({"auths":{"registry.example.com":{}}})"), "it lacks a username or a password"));
    CHECK(has(with(R"({"auths":{"registry.example.com":{}},"credsStore":"desktop"})"), "credential store"));
    CHECK(has(
        with(R"({"auths":{"registry.example.com":{"auth":"YTo=","identitytoken":"CANARY-3xK9vTq7Lw2Zp"}}})"),
        "it holds a token, which the kubelet ignores"));
}

TEST_CASE("advise about a refused pull names the user, the Secret and the repository") {
    const auto refused =
        status_of(R"({"waiting":{"reason":"ImagePullBackOff","message":"401 Unauthorized"}})");
    auto seen = seen_with_one(secret_for("good", "registry.example.com"), pod_of(image, refused));
    seen.service_account.pull_secrets = {"other"};
    CHECK_FALSE(has(advice_on(seen), "ServiceAccount"));
    CHECK(has(advice_on(seen_with_one(secret_for("good", "registry.example.com"), pod_of(image, refused))),
              "Correct the login of user 'alice' in Secret good: the registry refused it for "
              "registry.example.com/team/app."));
}

TEST_CASE("advise corrects entries before it creates Secrets, and says nothing twice") {
    auto subject = pod_with(R"({"serviceAccountName":"default","containers":[
        {"name":"a","image":"registry.example.com:5000/team/app"},
        {"name":"b","image":"registry.example.com:5000/team/app:2"}]})");
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(unread_secret("gone", access_result::missing));
    secrets.push_back(secret_for("near", "registry.example.com"));
    const auto seen = seen_with(std::move(subject), std::move(secrets));
    const auto advice = explain::advise(seen, explain::explain_images(seen));
    REQUIRE(advice.size() == 2);
    CHECK(has(advice[0], "Correct the key registry.example.com in Secret near: "));
    CHECK(has(advice[1], "Create Secret gone: "));
}
