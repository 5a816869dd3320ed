// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace harness;

namespace {

/// What kubectl itself would store.
std::string document_of_kubectl(const std::string& server, const login& who) {
    const auto text = run_or_throw({"kubectl",
                                    "create",
                                    "secret",
                                    "docker-registry",
                                    "any",
                                    "--dry-run=client",
                                    "-o",
                                    "json",
                                    "--docker-server=" + server,
                                    "--docker-username=" + who.username,
                                    "--docker-password=" + who.password,
                                    "--docker-email=" + who.email});
    return data_of(json::parse(text));
}

}  // namespace

TEST_CASE_FIXTURE(scenario, "each selected namespace gets the Secret that kubectl would create") {
    start();
    login who = canary_login("hub");
    who.password += R"( "quoted" \ ünïcode :colon)";
    const std::string hub = "https://index.docker.io/v1/";
    const auto a = add_namespace("team-a");
    const auto b = add_namespace("team-b");
    const auto other = add_namespace("other");
    const auto source = add_source("hub", {{hub, who}});

    const auto before = mark();
    const auto credential = add_credential("hub", spec_of({source}, {named("team-?")}));

    const auto expected = document_of_kubectl(hub, who);
    CHECK(expected == document_of({{hub, who}}));
    await_copy(a, expected);
    await_copy(b, expected);
    const auto object = await_ready(credential, "2/2");
    CHECK(object["status"]["namespaces"] == json{{"selected", 2}, {"synced", 2}, {"failed", 0}});
    CHECK(object["status"]["registries"] == json::array({hub}));
    CHECK(condition_of(object, "SourcesValid")["status"] == "True");
    CHECK(condition_of(object, "Synced")["status"] == "True");
    CHECK(condition_of(object, "Stalled").is_null());
    CHECK(condition_of(object, "Reconciling").is_null());

    const auto copy = copy_in(a);
    CHECK(copy["type"] == docker_config_type);
    CHECK(copy["metadata"]["labels"] == json{{"app.kubernetes.io/managed-by", "regcred"}});
    CHECK(copy["metadata"]["ownerReferences"] == json::array({owner_reference_to(object)}));
    CHECK_FALSE(copy.contains("immutable"));
    settle();
    CHECK(secret_writes(before) == lines({"create " + a + "/regcred", "create " + b + "/regcred"}));
    CHECK_FALSE(api().find(secret_path(other)));
}

TEST_CASE_FIXTURE(scenario, "a rotated source updates every copy once, in place") {
    start();
    const auto all = add_namespaces("team", 20);
    const auto source = synced(all, "old", {named("team*")}).source;
    std::vector<std::string> uids;
    for (const auto& ns : all)
        uids.push_back(uid_of(copy_in(ns)));
    settle();

    const auto before = mark();
    change_source(source, one_login("quay.io", "new"));
    await_copies(all, document_of(one_login("quay.io", "new")));
    settle();

    std::vector<std::string> one_update_each;
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(uid_of(copy_in(all[i])) == uids[i]);
        one_update_each.push_back("update " + all[i] + "/regcred");
    }
    CHECK(secret_writes(before) == lines(one_update_each));
}

TEST_CASE_FIXTURE(scenario, "rotations do not lengthen managedFields of a copy") {
    start();
    const auto ns = add_namespace("team");
    const auto source = synced({ns}, "0").source;
    for (const auto* tag : {"1", "2", "3"}) {
        change_source(source, one_login("quay.io", tag));
        await_copy(ns, document_of(one_login("quay.io", tag)));
    }
    const auto copy = copy_in(ns);
    std::vector<std::string> entries;
    for (const auto& entry : copy["metadata"]["managedFields"])
        entries.push_back(entry["manager"].get<std::string>() + " " + entry["operation"].get<std::string>());
    CHECK(lines(entries) == lines({"regcred-controller Apply", "regcred-controller Update"}));
}

TEST_CASE_FIXTURE(scenario, "a namespace that is created later gets its copy with one write") {
    start();
    const auto source = add_source("quay", one_login("quay.io", "late"));
    const auto credential = add_credential("quay", spec_of({source}, {named("late-*")}));
    const auto object = await_ready(credential, "0/0");
    CHECK(condition_of(object, "Ready")["message"] == "no namespace is selected");

    const auto before = mark();
    const auto ns = add_namespace("late-a");
    await_copy(ns, document_of(one_login("quay.io", "late")));
    await_ready(credential, "1/1");
    settle();
    CHECK(secret_writes(before) == lines({"create " + ns + "/regcred"}));
}

TEST_CASE_FIXTURE(scenario, "sources of every type are merged into one canonical document") {
    start();
    const auto ns = add_namespace("team");
    const auto modern =
        add_source("modern", united(one_login("registry.example.com:5000", "a"), one_login("quay.io", "b")));
    const auto legacy = add_source(docker_cfg_secret(named("legacy"), one_login("ghcr.io/team", "c")));
    login plain = canary_login("d");
    plain.email.clear();
    const auto basic = add_source(basic_auth_secret(named("basic"), plain));
    auto spec = spec_of({modern, legacy, basic}, {ns});
    spec["sources"][0]["registries"] = json::array({"registry.*"});
    spec["sources"][2]["registry"] = "docker.io";
    const auto credential = add_credential("all", spec);

    auto expected = united(one_login("registry.example.com:5000", "a"), one_login("ghcr.io/team", "c"));
    expected["https://index.docker.io/v1/"] = plain;
    await_copy(ns, document_of(expected));
    const auto object = await_ready(credential, "1/1");
    CHECK(object["status"]["registries"] ==
          json::array({"ghcr.io/team", "https://index.docker.io/v1/", "registry.example.com:5000"}));
}

TEST_CASE_FIXTURE(scenario,
                  "copies get the labels and annotations of secretTemplate, and lose them with it") {
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "template"));
    auto spec = spec_of({source}, {ns});
    spec["secretTemplate"] = {{"labels", {{"example.com/team", "a"}, {"example.com/stage", "test"}}},
                              {"annotations", {{"example.com/note", "some text"}}}};
    const auto credential = add_credential("quay", spec);
    await_copy(ns, document_of(one_login("quay.io", "template")));
    const auto meta = copy_in(ns)["metadata"];
    CHECK(meta["labels"]["example.com/team"] == "a");
    CHECK(meta["labels"]["example.com/stage"] == "test");
    CHECK(meta["annotations"]["example.com/note"] == "some text");
    // What others put there is theirs.
    api().patch(secret_path(ns), labels_patch({{"example.com/theirs", "stays"}}));

    change_spec(credential,
                {{"secretTemplate",
                  {{"labels", {{"example.com/team", "b"}, {"example.com/stage", nullptr}}},
                   {"annotations", nullptr}}}});
    eventually("the labels follow the template", [&]() -> std::string {
        const auto seen = copy_in(ns)["metadata"];
        const json expected = {{"app.kubernetes.io/managed-by", "regcred"},
                               {"example.com/team", "b"},
                               {"example.com/theirs", "stays"}};
        const bool no_note =
            !seen.contains("annotations") || !seen["annotations"].contains("example.com/note");
        return seen["labels"] == expected && no_note ? "" : seen.dump();
    });
}
