// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"
#include "support/base64.hpp"

#include <doctest/doctest.h>

using namespace harness;

namespace {

/// Valid JSON that would break every pull of a Pod: `auth` has no colon.
const std::string broken_document =
    R"({"auths":{"quay.io":{"auth":")" + to_base64(std::string(canary_login("broken").password)) + R"("}}})";

json docker_config_data(const std::string& document) {
    return {{"data", {{docker_config_key, to_base64(document)}}}};
}

}  // namespace

TEST_CASE_FIXTURE(scenario, "a missing source is reported, and its copies are created when it appears") {
    start();
    const auto ns = add_namespace("team");
    const auto source = named("later");
    const auto credential = add_credential("quay", spec_of({source}, {ns}));
    const auto object = await_condition(credential, "SourcesValid", "False", "SourceNotFound");
    CHECK(condition_of(object, "Ready")["status"] == "False");
    CHECK(condition_of(object, "SourcesValid")["message"].get<std::string>().find(source) !=
          std::string::npos);
    CHECK_FALSE(api().find(secret_path(ns)));

    add_source("later", one_login("quay.io", "a"));
    await_copy(ns, document_of(one_login("quay.io", "a")));
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(
    scenario,
    "a source that becomes invalid changes no copy, and new namespaces get the last valid document") {
    start();
    const auto ns = add_namespace("team-a");
    const auto source = add_source("quay", one_login("quay.io", "good"));
    const auto other = add_source("ghcr", one_login("ghcr.io", "other"));
    const auto credential = add_credential("quay", spec_of({source, other}, {named("team-*")}));
    const auto good = document_of(united(one_login("quay.io", "good"), one_login("ghcr.io", "other")));
    await_copy(ns, good);
    await_ready(credential, "1/1");
    settle();

    const auto before = mark();
    api().patch(secret_path(own_namespace, source), docker_config_data(broken_document));
    const auto object = await_condition(credential, "SourcesValid", "False", "SourceInvalid");
    CHECK(condition_of(object, "Stalled")["status"] == "True");
    const auto message = condition_of(object, "SourcesValid")["message"].get<std::string>();
    CHECK(message.find(source) != std::string::npos);
    CHECK(message.find("quay.io") != std::string::npos);
    settle();
    CHECK(secret_writes(before).empty());

    const auto late = add_namespace("team-late");
    await_copy(late, good);
    api().remove(secret_path(own_namespace, source));
    await_condition(credential, "SourcesValid", "False", "SourceNotFound");
    settle();
    CHECK(data_of(copy_in(ns)) == good);
    CHECK(secret_writes(before) == lines({"create " + late + "/regcred"}));

    api().create(secrets_in(own_namespace), docker_config_secret(source, one_login("quay.io", "mended")));
    const auto mended = document_of(united(one_login("quay.io", "mended"), one_login("ghcr.io", "other")));
    await_copies({ns, late}, mended);
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(scenario,
                  "a controller that starts with an invalid source changes no copy and creates none") {
    start();
    const auto ns = add_namespace("team-a");
    const auto [source, credential] = synced({ns}, "good", {named("team-*")});
    settle();
    stop();

    api().patch(secret_path(own_namespace, source), docker_config_data(broken_document));
    const auto late = add_namespace("team-late");
    const auto before = mark();
    start();
    await_condition(credential, "SourcesValid", "False", "SourceInvalid");
    settle();
    CHECK(secret_writes(before).empty());
    CHECK(data_of(copy_in(ns)) == document_of(one_login("quay.io", "good")));
    CHECK_FALSE(api().find(secret_path(late)));

    change_source(source, one_login("quay.io", "good"));
    await_copy(late, document_of(one_login("quay.io", "good")));
    await_ready(credential, "2/2");
    settle();
    CHECK(secret_writes(before) == lines({"create " + late + "/regcred"}));
}

TEST_CASE_FIXTURE(
    scenario,
    "entries that are removed from a source, or with a source from the spec, are removed from the copies") {
    start();
    const auto all = add_namespaces("team", 3);
    const auto first = add_source("first", united(one_login("quay.io", "a"), one_login("ghcr.io", "b")));
    const auto second = add_source("second", one_login("registry.example.com", "c"));
    const auto credential = add_credential("quay", spec_of({first, second}, {named("team*")}));
    await_copies(all,
                 document_of(united(united(one_login("quay.io", "a"), one_login("ghcr.io", "b")),
                                    one_login("registry.example.com", "c"))));
    await_ready(credential, "3/3");
    settle();

    const auto before = mark();
    change_source(first, one_login("quay.io", "a"));
    await_copies(all, document_of(united(one_login("quay.io", "a"), one_login("registry.example.com", "c"))));
    settle();
    CHECK(secret_writes(before) == lines({"update " + all[0] + "/regcred",
                                          "update " + all[1] + "/regcred",
                                          "update " + all[2] + "/regcred"}));

    change_spec(credential, spec_of({first}, {named("team*")}));
    await_copies(all, document_of(one_login("quay.io", "a")));
    const auto object = await_ready(credential, "3/3");
    CHECK(object["status"]["registries"] == json::array({"quay.io"}));
}

TEST_CASE_FIXTURE(scenario,
                  "docker.io in registries matches Docker Hub's key, a glob without an entry is named, and a "
                  "basic-auth source may name an IPv6 address") {
    start();
    const auto ns = add_namespace("team");
    const auto hub = one_login("https://index.docker.io/v1/", "hub");
    const auto taken = united(hub, one_login("quay.io", "quay"));
    const auto source = add_source("mixed", united(taken, one_login("gcr.io", "gcr")));
    login robot = canary_login("robot");
    robot.email.clear();
    const auto address = add_source(basic_auth_secret(named("robot"), robot));
    auto spec = spec_of({source, address}, {ns});
    spec["sources"][0]["registries"] = {"docker.io", "quay.io", "ghcr.io"};
    spec["sources"][1]["registry"] = "[fd00::1]:5000";
    const auto credential = add_credential("mixed", spec);
    await_copy(ns, document_of(united(taken, {{"[fd00::1]:5000", robot}})));
    const auto object = await_ready(credential, "1/1");
    const auto message = condition_of(object, "SourcesValid")["message"].get<std::string>();
    CHECK_MESSAGE(message.find("no entry matches `registries` (ghcr.io)") != std::string::npos, message);
}

TEST_CASE_FIXTURE(
    scenario,
    "`registries` that match nothing in a source are a mistake: the entries stay until they match") {
    start();
    const auto ns = add_namespace("team");
    const auto login = one_login("quay.io", "a");
    const auto source = add_source("quay", united(login, one_login("ghcr.io", "b")));
    auto spec = spec_of({source}, {ns});
    spec["sources"][0]["registries"] = {"quay.io"};
    const auto credential = add_credential("quay", spec);
    await_copy(ns, document_of(login));
    await_ready(credential, "1/1");
    settle();

    const auto before = mark();
    spec["sources"][0]["registries"] = {"quay.oi"};
    change_spec(credential, spec);
    await_condition(credential, "SourcesValid", "False", "SourceInvalid");
    settle();
    CHECK(secret_writes(before).empty());
    stop();
    start();
    settle();
    CHECK(secret_writes(before).empty());

    spec["sources"][0]["registries"] = {"ghcr.io"};
    change_spec(credential, spec);
    await_copy(ns, document_of(one_login("ghcr.io", "b")));
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(scenario,
                  "a source that is replaced in the spec by a missing one keeps its entries until that one "
                  "exists, and one that is removed is revoked") {
    start();
    const auto shared = add_namespace("shared");
    const auto alone = add_namespace("alone");
    const auto first = add_source("first", one_login("quay.io", "a"));
    const auto other = add_source("other", one_login("ghcr.io", "b"));
    const auto credential = add_credential("quay", spec_of({first}, {shared, alone}));
    const auto neighbour = add_credential("ghcr", spec_of({other}, {shared}));
    await_copy(shared, document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b"))));
    await_ready(credential, "2/2");
    settle();

    const auto before = mark();
    const auto next = named("next");
    change_spec(credential, spec_of({next}, {shared, alone}));
    await_condition(credential, "Ready", "False", "SourceNotFound", "2/2");
    settle();
    CHECK(secret_writes(before).empty());
    await_ready(neighbour, "1/1");

    add_source(docker_config_secret(next, one_login("quay.io", "c")));
    await_copy(shared, document_of(united(one_login("quay.io", "c"), one_login("ghcr.io", "b"))));
    await_copy(alone, document_of(one_login("quay.io", "c")));
    await_ready(credential, "2/2");

    const auto last = add_source("last", one_login("registry.example.com", "d"));
    change_spec(credential, spec_of({last}, {shared, alone}));
    await_copy(shared,
               document_of(united(one_login("registry.example.com", "d"), one_login("ghcr.io", "b"))));
    await_copy(alone, document_of(one_login("registry.example.com", "d")));
}

TEST_CASE_FIXTURE(
    scenario,
    "a docker config as clients leave it is delivered without what is useless, and a password of "
    "several lines byte for byte") {
    start();
    const auto ns = add_namespace("team");
    const std::string key = "{\n\t\"type\": \"service_account\",\r\n  \"id\": \"" +
                            std::string(canary_login("key").password) + "\"\n}\n";
    const json usable = {{"auth", to_base64("_json_key:" + key)}};
    const json file = {{"auths",
                        {{"https://europe-docker.pkg.dev", usable},
                         {"registry-1.docker.io",
                          {{"auth", to_base64("u:" + std::string(canary_login("hub").password) + "\n")}}},
                         {"https://index.docker.io/v1/access-token", usable},
                         {"ghcr.io", json::object()}}},
                       {"credHelpers", {{"gcr.io", "gcloud"}}},
                       {"plugins", {{"a", {{"b", "c"}}}}}};
    const auto secret =
        add_source(secret_object(named("login"), docker_config_type, {{docker_config_key, file.dump()}}));
    const auto basic = add_source(secret_object(
        named("basic"), "kubernetes.io/basic-auth", {{"username", "_json_key"}, {"password", key}}));
    const auto credential = add_credential(
        "google",
        {{"sources",
          {{{"secretRef", {{"name", secret}}}}, {{"secretRef", {{"name", basic}}}, {"registry", "gcr.io"}}}},
         {"namespaces", {{"include", {ns}}}}});
    const auto object = await_ready(credential, "1/1");
    const auto copy =
        json::parse(from_base64(copy_in(ns)["data"][docker_config_key].get<std::string>()))["auths"];
    CHECK(copy.size() == 3);
    for (const auto* registry : {"https://europe-docker.pkg.dev", "gcr.io"}) {
        CHECK(copy[registry]["username"] == "_json_key");
        CHECK(copy[registry]["password"] == key);
        CHECK(copy[registry]["auth"] == to_base64("_json_key:" + key));
    }
    CHECK(copy.contains("registry-1.docker.io"));
    const auto message = condition_of(object, "SourcesValid")["message"].get<std::string>();
    for (const auto* part : {"ignored entry \"ghcr.io\": no credential",
                             "ignored entry \"https://index.docker.io/v1/access-token\": ",
                             "entry \"registry-1.docker.io\": its password ends in a line break"}) {
        CHECK_MESSAGE(message.find(part) != std::string::npos, message);
    }
}

TEST_CASE_FIXTURE(scenario,
                  "two sources of one RegistryCredential with the same registry are reported as "
                  "DuplicateRegistry, and no copy is created") {
    start();
    const auto ns = add_namespace("team");
    const auto a = add_source("a", one_login("quay.io", "a"));
    const auto b = add_source("b", one_login("https://quay.io", "b"));
    const auto credential = add_credential("quay", spec_of({a, b}, {ns}));
    const auto object = await_condition(credential, "SourcesValid", "False", "DuplicateRegistry");
    CHECK(condition_of(object, "Stalled")["status"] == "True");
    settle();
    CHECK_FALSE(api().find(secret_path(ns)));
    change_spec(credential, spec_of({a}, {ns}));
    await_copy(ns, document_of(one_login("quay.io", "a")));
    await_ready(credential, "1/1");
}
