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

explain::observation seen_with_one(explain::observed_secret secret, explain::pod subject = pod_of(image)) {
    std::vector<explain::observed_secret> secrets;
    secrets.push_back(std::move(secret));
    return seen_with(std::move(subject), std::move(secrets));
}

v1alpha1::registry_credential credential(const std::string& name, std::vector<std::string> include) {
    v1alpha1::registry_credential made;
    made.meta.name = name;
    made.namespaces.include = std::move(include);
    made.status.registries = {"registry.example.com"};
    return made;
}

}  // namespace

TEST_CASE("nothing is advised when nothing is wrong") {
    CHECK(advice_on(seen_with_one(secret_for("good", "registry.example.com"))).empty());
}

TEST_CASE("a Pod that lists no Secret is told where its ServiceAccount's list went") {
    auto seen = seen_with(pod_of(image));
    CHECK(has(advice_on(seen), "imagePullSecrets of ServiceAccount default before the Pod is created again"));
    seen.account.pull_secrets = {"regcred"};
    const auto patched = advice_on(seen);
    CHECK(has(patched, "Delete the Pod; its controller makes a new one."));
    CHECK(has(patched, "ServiceAccount default now does (regcred)"));

    auto listing = seen_with_one(secret_for("other", "token.example.com"));
    CHECK_FALSE(has(advice_on(listing), "ServiceAccount"));
    listing.account.pull_secrets = {"other"};
    CHECK_FALSE(has(advice_on(listing), "ServiceAccount"));
    listing.account.pull_secrets = {"other", "regcred"};
    CHECK(has(advice_on(listing), "ServiceAccount default lists regcred, which this Pod does not have"));
}

TEST_CASE("a missing Secret is to be created, with the key that the kubelet finds") {
    const auto missing = [](const std::string& of) {
        return advice_on(seen_with_one(unread_secret("gone", access_result::missing), pod_of(of)));
    };
    CHECK(has(missing(image),
              "Create Secret gone: kubectl create secret docker-registry gone -n team-a "
              "--docker-server=registry.example.com --docker-username=USER --docker-password=PASSWORD"));
    CHECK(has(missing("acme/app"), "--docker-server=https://index.docker.io/v1/ "));
}

TEST_CASE("a RegistryCredential that would deliver a missing Secret says what keeps it from that") {
    auto seen = seen_with_one(unread_secret("regcred", access_result::missing));
    seen.namespace_meta.emplace().name = "team-a";
    const auto with = [&](v1alpha1::registry_credential one) {
        seen.credentials = {std::move(one)};
        return advice_on(seen);
    };
    CHECK(has(with(credential("hub", {"team-*"})),
              "'kubectl describe registrycredential hub' says what keeps it"));
    CHECK(has(with(credential("hub", {"other"})),
              "RegistryCredential hub would deliver Secret regcred if it selected this namespace: add team-a "
              "to its "
              "spec.namespaces.include."));
    auto excluding = credential("hub", {"*"});
    excluding.namespaces.exclude = {"team-*"};
    CHECK(has(with(excluding), "take out of its spec.namespaces.exclude what matches team-a"));
    auto labelled = credential("hub", {});
    labelled.namespaces.selector.emplace().requirements.push_back(
        {"pull", kube::selector_operator::in, {"private"}});
    CHECK(has(with(labelled), "give namespace team-a the labels of its spec.namespaces.selector"));
    seen.namespace_meta->annotations.emplace("regcred.dev/opt-out", "true");
    CHECK(has(with(credential("hub", {"*"})),
              "remove the annotation regcred.dev/opt-out from namespace team-a"));
    seen.namespace_meta.reset();
    CHECK(has(with(labelled), "which you may not read"));

    auto of_another_name = credential("hub", {"team-*"});
    of_another_name.secret_name = "other";
    CHECK(has(with(of_another_name), "Create Secret regcred: "));
}

TEST_CASE("a RegistryCredential that has the login in a Secret that the Pod does not list is named") {
    auto seen = seen_with(pod_of(image));
    seen.credentials = {credential("quay", {"team-*"})};
    CHECK(has(advice_on(seen),
              "RegistryCredential quay keeps Secret regcred with a login for this registry: list regcred in "
              "imagePullSecrets."));
    seen.credentials = {credential("quay", {"other"})};
    CHECK(has(advice_on(seen),
              "RegistryCredential quay has Secret regcred with a login for this registry: add team-a to its "
              "spec.namespaces.include, and list regcred in imagePullSecrets."));
    seen.credentials[0].status.registries = {"quay.io"};
    CHECK_FALSE(has(advice_on(seen), "quay"));
    seen.subject = pod_of("acme/app");
    seen.credentials[0].status.registries = {"https://index.docker.io/v1/"};
    CHECK(has(advice_on(seen), "RegistryCredential quay has Secret regcred"));
}

TEST_CASE("what a RegistryCredential keeps is put right at its source") {
    auto broken = secret_with("regcred", R"({"auths":{"quay.io":{"auth":"CANARY-3xK9vTq7Lw2Zp"}}})");
    broken.kept_by = {"hub"};
    const auto advice = advice_on(seen_with_one(std::move(broken)));
    CHECK(has(advice,
              "Repair the source of RegistryCredential hub, which keeps Secret regcred: entry \"quay.io\": "
              "`auth` is "
              "not base64"));
    CHECK_FALSE(has(advice, "Create Secret"));
}

TEST_CASE(
    "a Secret of the wrong type is to be made again, and an unreadable one to be read by somebody else") {
    CHECK(has(advice_on(seen_with_one(secret_with("opaque", "{}", "Opaque"))),
              "Delete Secret opaque and create it again with 'kubectl create secret docker-registry'"));
    CHECK(has(advice_on(seen_with_one(unread_secret("no", access_result::forbidden))),
              "Ask for the right to get Secret no in namespace team-a"));
    auto failed = unread_secret("no", access_result::unreadable);
    failed.fault = "HTTP 503";
    CHECK(has(advice_on(seen_with_one(std::move(failed))),
              "Secret no could not be read: HTTP 503. Try again."));
}

TEST_CASE("a login that is none says what to do instead") {
    const auto with = [](std::string_view document) {
        return advice_on(seen_with_one(secret_with("s", document)));
    };
    CHECK(has(with(R"({"auths":{"registry.example.com":{}}})"), "it has no user, or no password"));
    CHECK(has(with(R"({"auths":{"registry.example.com":{}},"credsStore":"desktop"})"), "credential store"));
    CHECK(has(
        with(R"({"auths":{"registry.example.com":{"auth":"YTo=","identitytoken":"CANARY-3xK9vTq7Lw2Zp"}}})"),
        "it holds a token, which the kubelet ignores"));
}

TEST_CASE("a refused pull names the user, the Secret and the repository") {
    const auto refused =
        status_of(R"({"waiting":{"reason":"ImagePullBackOff","message":"401 Unauthorized"}})");
    CHECK(has(
        advice_on(seen_with_one(secret_for("good", "registry.example.com"), pod_of(image, refused))),
        "Give Secret good a user and password that the registry takes for registry.example.com/team/app: it "
        "refused 'alice'."));
}

TEST_CASE("entries that nearly match come before what is not there, and no advice is given twice") {
    auto subject = pod_with(R"({"serviceAccountName":"default","containers":[
        {"name":"a","image":"registry.example.com:5000/team/app"},
        {"name":"b","image":"registry.example.com:5000/team/app:2"}]})");
    std::vector<explain::observed_secret> secrets;
    secrets.push_back(unread_secret("gone", access_result::missing));
    secrets.push_back(secret_for("near", "registry.example.com"));
    const auto seen = seen_with(std::move(subject), std::move(secrets));
    const auto advice = explain::advise(seen, explain::explain_images(seen));
    REQUIRE(advice.size() == 2);
    CHECK(has(advice[0], "Correct the key registry.example.com in Secret near: "));
    CHECK(has(advice[1], "Create Secret gone: "));
}
