// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"
#include "support/base64.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace harness;

namespace {

json with_data(const std::string& key, const std::string& value) {
    return {{"data", {{key, to_base64(value)}}}};
}

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "the controller repairs each damaged copy with one write, and writes no other copy") {
    start();
    const auto edited = add_namespace("edited");
    const auto extended = add_namespace("extended");
    const auto stripped = add_namespace("stripped");
    const auto deleted = add_namespace("deleted");
    const auto untouched = add_namespace("untouched");
    const std::vector<std::string> all{edited, extended, stripped, deleted, untouched};
    const auto credential = synced(all, "drift").credential;
    const auto right = document_of(one_login("quay.io", "drift"));
    const auto uid_of_edited = uid_of(copy_in(edited));
    settle();

    const auto before = mark();
    api().patch(secret_path(edited), with_data(docker_config_key, R"({"auths":{}})"));
    api().patch(secret_path(extended), with_data("further", "key"));
    api().patch(secret_path(stripped), {{"metadata", {{"labels", nullptr}}}});
    api().remove(secret_path(deleted));

    await_copies(all, right);
    eventually("the label is back", [&] {
        const auto meta = copy_in(stripped)["metadata"];
        return meta.contains("labels") && meta["labels"].contains("app.kubernetes.io/managed-by")
                   ? ""
                   : meta.dump();
    });
    CHECK(uid_of(copy_in(edited)) == uid_of_edited);
    settle();
    CHECK(secret_writes(before) == lines({"update " + edited + "/regcred",
                                          "update " + extended + "/regcred",
                                          "update " + stripped + "/regcred",
                                          "create " + deleted + "/regcred"}));
    await_ready(credential, "5/5");
}

TEST_CASE_FIXTURE(scenario,
                  "the controller repairs at its start a copy that was damaged while it was not running") {
    start();
    const auto edited = add_namespace("edited");
    const auto deleted = add_namespace("deleted");
    const auto untouched = add_namespace("untouched");
    synced({edited, deleted, untouched}, "old");
    stop();

    api().patch(secret_path(edited), with_data(docker_config_key, R"({"auths":{}})"));
    api().remove(secret_path(deleted));
    const auto before = mark();
    start();
    await_copies({edited, deleted, untouched}, document_of(one_login("quay.io", "old")));
    settle();
    CHECK(secret_writes(before) ==
          lines({"update " + edited + "/regcred", "create " + deleted + "/regcred"}));
}

TEST_CASE_FIXTURE(
    scenario,
    "the controller updates every copy at its start when a source was rotated while it was not running") {
    start();
    const auto all = add_namespaces("team", 3);
    const auto [source, credential] = synced(all, "old", {named("team*")});
    stop();
    change_source(source, one_login("quay.io", "new"));
    start();
    await_copies(all, document_of(one_login("quay.io", "new")));
    await_ready(credential, "3/3");
}

TEST_CASE_FIXTURE(scenario, "a restart of the controller writes nothing when all copies are right") {
    start();
    const auto all = add_namespaces("team", 10);
    synced(all, "same", {named("team*")});
    settle();
    stop();

    const auto before = mark();
    start();
    settle();
    for (const auto& record : requests_since(before)) {
        INFO(record.verb << ' ' << record.uri);
        CHECK_FALSE(record.is_write());
    }
}

TEST_CASE_FIXTURE(scenario,
                  "a copy that another writer changes again and again is repaired less often, and is "
                  "reported as Contended") {
    start();
    const auto ns = add_namespace("team");
    const auto quiet = add_namespace("quiet");
    const auto credential = synced({ns, quiet}, "drift").credential;
    const auto right = document_of(one_login("quay.io", "drift"));

    const auto before = mark();
    const auto damage = with_data(docker_config_key, R"({"auths":{}})");
    const auto is_contended = [&] {
        const auto condition = condition_of(api().get(credential_path(credential)), "Synced");
        return condition.is_object() && condition["reason"] == "Contended";
    };
    eventually("the fight is given up for a while", [&]() -> std::string {
        if (is_contended()) return {};
        if (data_of(copy_in(ns)) == right) api().patch(secret_path(ns), damage);
        return "repaired " + secret_writes(before);
    });
    const auto object = await_condition(credential, "Synced", "False", "Contended", "1/2");
    CHECK(condition_of(object, "Synced")["message"].get<std::string>().find(ns + "/regcred") !=
          std::string::npos);
    await_copy(quiet, right);

    await_copy(ns, right);  // after the pause
    await_ready(credential, "2/2");
    const auto repairs = secret_writes(before);
    CHECK(std::ranges::count(repairs, '\n') < 10);
}
