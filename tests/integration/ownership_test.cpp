// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"
#include "support/base64.hpp"

#include <doctest/doctest.h>

using namespace harness;

namespace {

json owned_by(json secret, const json& credential) {
    secret["metadata"]["ownerReferences"] = json::array({owner_reference_to(credential)});
    return secret;
}

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "a foreign Secret is not written and is reported as Conflict, and the copy is created when "
                  "the Secret goes") {
    const auto ns = add_namespace("team");
    const auto good = add_namespace("good");
    auto theirs = docker_config_secret("regcred", one_login("quay.io", "theirs"));
    theirs["metadata"]["labels"] = {{"app.kubernetes.io/managed-by", "regcred"}};  // proves nothing
    const auto stored = api().create(secrets_in(ns), theirs);
    start();
    const auto source = add_source("quay", one_login("quay.io", "ours"));
    const auto credential = add_credential("quay", spec_of({source}, {ns, good}));

    await_copy(good, document_of(one_login("quay.io", "ours")));
    const auto object = await_condition(credential, "Synced", "False", "Conflict", "1/2");
    CHECK(condition_of(object, "Ready")["reason"] == "Conflict");
    REQUIRE(object["status"]["failures"].size() == 1);
    CHECK(object["status"]["failures"][0]["namespace"] == ns);
    CHECK(object["status"]["failures"][0]["reason"] == "Conflict");
    const auto message = condition_of(object, "Synced")["message"].get<std::string>();
    CHECK(message.find(ns + "/regcred") != std::string::npos);
    CHECK(message.find("conflictPolicy") != std::string::npos);
    settle();
    CHECK(copy_in(ns) == stored);

    // Its owner may do with it what he likes.
    api().patch(secret_path(ns), {{"data", {{docker_config_key, to_base64(R"({"auths":{}})")}}}});
    settle();
    CHECK(data_of(copy_in(ns)) == R"({"auths":{}})");

    api().remove(secret_path(ns));
    await_copy(ns, document_of(one_login("quay.io", "ours")));
    const auto healed = await_ready(credential, "2/2");
    CHECK((!healed["status"].contains("failures") || healed["status"]["failures"].empty()));
}

TEST_CASE_FIXTURE(scenario,
                  "a source Secret with the copies' name in a selected namespace is never overwritten") {
    start();
    api().remove(secret_path(own_namespace));  // of a run that was killed
    const auto source = add_source(docker_config_secret("regcred", one_login("quay.io", "self")));
    const auto stored = copy_in(own_namespace);
    const auto ns = add_namespace("team");
    const auto credential = add_credential("quay", spec_of({source}, {own_namespace, ns}));
    await_copy(ns, document_of(one_login("quay.io", "self")));
    await_condition(credential, "Synced", "False", "Conflict");
    settle();
    CHECK(copy_in(own_namespace) == stored);

    const auto before = mark();
    change_spec(credential, {{"conflictPolicy", "Adopt"}});
    await_condition(credential, "Synced", "False", "Conflict");
    settle();
    CHECK(copy_in(own_namespace) == stored);
    for (const auto& record : requests_since(before)) {
        // It is not the admission policy that protects a source.
        const bool tried =
            record.resource == "secrets" && record.namespace_name == own_namespace && record.is_write();
        CHECK_FALSE(tried);
    }
}

TEST_CASE_FIXTURE(
    scenario, "conflictPolicy Adopt replaces content and type of a foreign Secret, and records an Event") {
    const auto same = add_namespace("same-type");
    const auto other = add_namespace("other-type");
    auto applied = docker_config_secret("regcred", one_login("quay.io", "theirs"));
    applied["metadata"]["annotations"] = {
        {"kubectl.kubernetes.io/last-applied-configuration", applied.dump()}, {"example.com/note", "stays"}};
    const auto first = api().create(secrets_in(same), applied);
    const auto second =
        api().create(secrets_in(other), secret_object("regcred", "Opaque", {{"any", "thing"}}));
    start();
    const auto source = add_source("quay", one_login("quay.io", "ours"));
    auto spec = spec_of({source}, {same, other});
    spec["conflictPolicy"] = "Adopt";
    const auto before = mark();
    const auto credential = add_credential("quay", spec);

    await_copies({same, other}, document_of(one_login("quay.io", "ours")));
    const auto object = await_ready(credential, "2/2");
    CHECK(uid_of(copy_in(same)) == uid_of(first));
    CHECK(uid_of(copy_in(other)) != uid_of(second));
    for (const auto& ns : {same, other})
        CHECK(copy_in(ns)["metadata"]["ownerReferences"] == json::array({owner_reference_to(object)}));
    CHECK(copy_in(same)["metadata"]["annotations"] ==
          json{{"example.com/note", "stays"},
               {"regcred.dev/entries", uid_of(object) + "/" + source + "=quay.io"},
               {"regcred.dev/written-as", same + "/regcred"}});
    settle();
    CHECK(secret_writes(before) == lines({"update " + same + "/regcred",
                                          "delete " + other + "/regcred",
                                          "create " + other + "/regcred"}));
    eventually("an Event tells of it", [&] {
        const auto text = run_or_throw({"kubectl", "describe", "registrycredential", credential});
        return text.find("Adopted") != std::string::npos ? "" : text;
    });
}

TEST_CASE_FIXTURE(scenario, "a copy that cannot be updated is deleted and recreated after a dry run") {
    const auto wrong_type = add_namespace("wrong-type");
    const auto immutable = add_namespace("immutable");
    start();
    const auto [source, credential] = synced({wrong_type, immutable}, "old");
    const auto object = api().get(credential_path(credential));
    change_spec(credential, {{"conflictPolicy", "Adopt"}});  // only a person makes one of another type
    settle();

    const auto before = mark();
    api().patch(secret_path(immutable), {{"immutable", true}});
    stop();  // so that no copy comes between the next two steps
    api().remove(secret_path(wrong_type));
    api().create(secrets_in(wrong_type),
                 owned_by(secret_object("regcred", "Opaque", {{"any", "thing"}}), object));
    change_source(source, one_login("quay.io", "new"));
    start();
    await_copies({wrong_type, immutable}, document_of(one_login("quay.io", "new")));
    await_ready(credential, "2/2");
    for (const auto& ns : {wrong_type, immutable})
        CHECK_FALSE(copy_in(ns).contains("immutable"));
    settle();

    std::string order;
    for (const auto& record : requests_since(before)) {
        if (record.namespace_name == wrong_type && !record.is_read())
            order += record.verb + (record.dry_run() ? " on trial, " : ", ");
    }
    CHECK(order == "create on trial, delete, create, ");
}

TEST_CASE_FIXTURE(scenario, "an immutable copy is recreated before it has to change") {
    const auto ns = add_namespace("team");
    start();
    synced({ns}, "a");
    api().patch(secret_path(ns), {{"immutable", true}});
    eventually("the copy is mutable", [&] {
        const auto found = api().find(secret_path(ns));
        return found && !found->contains("immutable") ? "" : "not yet";
    });
    await_copy(ns, document_of(one_login("quay.io", "a")));
}

TEST_CASE_FIXTURE(scenario, "a copy whose ownerReference is removed is a foreign Secret from then on") {
    start();
    const auto ns = add_namespace("team");
    const auto [source, credential] = synced({ns}, "a");
    settle();
    api().patch(secret_path(ns), {{"metadata", {{"ownerReferences", nullptr}}}});
    const auto object = await_condition(credential, "Synced", "False", "Conflict");
    CHECK(condition_of(object, "Synced")["message"].get<std::string>().find("has regcred's label") !=
          std::string::npos);
    const auto before = mark();
    change_source(source, one_login("quay.io", "b"));
    settle();
    CHECK(secret_writes(before).empty());
    CHECK(data_of(copy_in(ns)) == document_of(one_login("quay.io", "a")));
    api().remove(secret_path(ns));
    await_copy(ns, document_of(one_login("quay.io", "b")));
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(scenario,
                  "a copy that is being deleted and has a finalizer is reported, and created again later") {
    start();
    const auto ns = add_namespace("team");
    const auto credential = synced({ns}, "a").credential;
    api().patch(secret_path(ns), {{"metadata", {{"finalizers", {"example.com/wait"}}}}});
    api().remove(secret_path(ns));
    const auto object = await_condition(credential, "Synced", "False", "SecretTerminating", "0/1");
    CHECK(object["status"]["failures"][0]["message"].get<std::string>().find("example.com/wait") !=
          std::string::npos);
    api().patch(secret_path(ns), {{"metadata", {{"finalizers", nullptr}}}});
    await_copy(ns, document_of(one_login("quay.io", "a")));
    await_ready(credential, "1/1");
}
