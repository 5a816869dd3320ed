// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

using namespace harness;

namespace {

/// The words of the line of a table that begins with `name`.
std::vector<std::string> row_of(const std::string& table, const std::string& name) {
    std::istringstream lines_of(table);
    for (std::string line; std::getline(lines_of, line);) {
        std::istringstream words_of(line);
        std::vector<std::string> words{std::istream_iterator<std::string>(words_of), {}};
        if (!words.empty() && words.front() == name) return words;
    }
    return {};
}

std::string describe(const std::string& credential) {
    return run_or_throw({"kubectl", "describe", "registrycredential", credential});
}

}  // namespace

TEST_CASE_FIXTURE(scenario, "kubectl wait, get and describe show a RegistryCredential that is Ready") {
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", united(one_login("quay.io", "a"), one_login("ghcr.io", "b")));
    const auto credential = add_credential("quay", spec_of({source}, {ns}));
    run_or_throw({"kubectl", "wait", "--for=condition=Ready", "--timeout=30s", "regcred/" + credential});
    CHECK(data_of(copy_in(ns)) == document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b"))));

    const auto row = row_of(run_or_throw({"kubectl", "get", "registrycredentials"}), credential);
    REQUIRE(row.size() >= 5);
    CHECK(row[1] == "regcred");
    CHECK(row[2] == "1/1");
    CHECK(row[3] == "True");
    CHECK(row[4] == "0");
    const auto wide = row_of(run_or_throw({"kubectl", "get", "regcred", "-o", "wide"}), credential);
    REQUIRE(wide.size() >= 7);
    CHECK(wide[5] == "ghcr.io,quay.io");
    CHECK(wide[6] == "Synced");

    eventually("Events tell what was done", [&] {
        const auto text = describe(credential);
        const bool told = text.find("Created") != std::string::npos && text.find(ns) != std::string::npos &&
                          text.find("Normal") != std::string::npos;
        return told ? "" : text;
    });
    change_source(source, one_login("quay.io", "c"));
    eventually("Events tell of the rotation", [&] {
        return describe(credential).find("Updated") != std::string::npos ? "" : describe(credential);
    });
}

TEST_CASE_FIXTURE(scenario, "kubectl wait does not take an earlier spec's Ready for the current one's") {
    start();
    const auto ns = add_namespace("team");
    const auto credential = synced({ns}, "a").credential;
    stop();
    change_spec(credential, spec_of({named("absent")}, {ns}));
    CHECK(run({"kubectl", "wait", "--for=condition=Ready", "--timeout=1s", "regcred/" + credential}).code !=
          0);
    start();
    run_or_throw(
        {"kubectl", "wait", "--for=condition=Ready=false", "--timeout=30s", "regcred/" + credential});
    await_condition(credential, "Ready", "False", "SourceNotFound");
    eventually("a warning tells of it", [&] {
        const auto text = describe(credential);
        return text.find("Warning") != std::string::npos && text.find("SourceNotFound") != std::string::npos
                   ? ""
                   : text;
    });
}

TEST_CASE_FIXTURE(scenario, "many copies are recorded in a few Events, and an unchanged state in none") {
    start();
    const auto all = add_namespaces("team", 50);
    const auto credential = synced(all, "a", {named("team*")}).credential;
    settle();
    const auto events_about = [&] {
        return api().list(
            "/api/v1/events?fieldSelector=involvedObject.kind%3DRegistryCredential,involvedObject.name%3D" +
            credential);
    };
    const auto events = events_about();
    CHECK(events.size() >= 2);  // Created and Synced
    CHECK(events.size() <= 8);
    for (const auto& event : events) {
        CHECK(event.at("metadata").at("namespace") == "default");
        CHECK(event.at("reportingComponent").get<std::string>().find("regcred") != std::string::npos);
    }
    stop();
    start();
    settle();
    CHECK(events_about().size() == events.size());
}

TEST_CASE_FIXTURE(scenario, "status.failures lists at most twenty namespaces, and the counts include all") {
    const auto all = add_namespaces("team", 30);
    for (const auto& ns : all)
        api().create(secrets_in(ns), docker_config_secret("regcred", one_login("quay.io", "theirs")));
    start();
    const auto source = add_source("quay", one_login("quay.io", "a"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team*")}));
    json object;
    eventually("30 failures", [&] {
        object = await_condition(credential, "Synced", "False", "Conflict");
        return object["status"]["namespaces"]["failed"] == 30 ? "" : object["status"]["namespaces"].dump();
    });
    CHECK(object["status"]["failures"].size() == 20);
    CHECK(object["status"]["summary"] == "0/30");
}

TEST_CASE_FIXTURE(scenario, "the controller never reads or lists Secrets of other names") {
    const auto ns = add_namespace("team");
    api().create(secrets_in(ns), docker_config_secret("foreign", one_login("quay.io", "theirs")));
    const auto before = mark();
    start();
    synced({ns}, "a");
    api().patch(secret_path(ns, "foreign"), labels_patch({{"example.com/any", "change"}}));
    settle();
    const auto streaming = serves_streaming_lists(api()) ? 200 : 422;
    int reads_of_copies = 0;
    for (const auto& record : requests_since(before)) {
        if (record.resource != "secrets" || !record.is_read()) continue;
        INFO(record.verb << ' ' << record.uri);
        CHECK(record.code == (record.uri.find("sendInitialEvents") == std::string::npos ? 200 : streaming));
        if (record.namespace_name == own_namespace) continue;
        CHECK(record.name == "regcred");
        if (record.verb != "get")
            CHECK(record.uri.find("fieldSelector=metadata.name%3Dregcred") != std::string::npos);
        ++reads_of_copies;
    }
    CHECK(reads_of_copies >= 1);
}

TEST_CASE_FIXTURE(scenario, "the controller serves probes and metrics, which count the writes") {
    start();
    const auto all = add_namespaces("team", 3);
    synced(all, "a", {named("team*")});
    const auto health = controller().get("/healthz");
    REQUIRE(health);
    CHECK(health->status == 200);
    const auto metrics = controller().get("/metrics");
    REQUIRE(metrics);
    INFO(metrics->body);
    CHECK(metrics->body.find("regcred_secret_writes_total{action=\"create\",result=\"ok\"} 3\n") !=
          std::string::npos);
    CHECK(metrics->body.find("regcred_registrycredentials 1\n") != std::string::npos);
    const auto nothing = controller().get("/nothing");
    REQUIRE(nothing);
    CHECK(nothing->status == 404);
}
