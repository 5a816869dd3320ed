// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

using namespace harness;

namespace {

std::vector<std::string> one_write_each(const std::string& verb, const std::vector<std::string>& all) {
    std::vector<std::string> texts;
    for (const auto& ns : all)
        texts.push_back(verb + " " + ns + "/regcred");
    return texts;
}

std::size_t right_copies(admin& api, const std::vector<std::string>& all, const std::string& document) {
    const std::set<std::string> wanted(all.begin(), all.end());
    std::size_t count = 0;
    for (const auto& secret : api.list("/api/v1/secrets?fieldSelector=metadata.name%3Dregcred")) {
        if (wanted.contains(secret["metadata"]["namespace"].get<std::string>()) &&
            data_of(secret) == document)
            ++count;
    }
    return count;
}

/// Each namespace has had exactly one write that was carried out. The server may call a request that the kill
/// cut off a failure and carry it out all the same: there, and only there, the log may have no accepted
/// write.
void check_one_write_each(const std::vector<audit_record>& records, const std::vector<std::string>& all) {
    constexpr int cut_off = 504;
    std::map<std::string, int> accepted;
    std::set<std::string> uncertain;
    for (const auto& record : records) {
        if (record.resource != "secrets" || !record.is_write()) continue;
        if (record.accepted()) ++accepted[record.namespace_name];
        if (record.code == cut_off) uncertain.insert(record.namespace_name);
    }
    CHECK(uncertain.size() <= 16);  // requests in flight
    for (const auto& ns : all) {
        INFO(ns);
        CHECK(accepted[ns] <= 1);
        CHECK(accepted[ns] + (uncertain.contains(ns) ? 1 : 0) >= 1);
    }
}

}  // namespace

TEST_CASE_FIXTURE(
    scenario,
    "five hundred namespaces get exactly one create each, created before the RegistryCredential or after") {
    start();
    const auto source = add_source("quay", one_login("quay.io", "many"));
    const auto first = add_credential("first", spec_of({source}, {named("many*")}));
    await_ready(first, "0/0");
    auto before = mark();
    const auto all = add_namespaces("many", 500);
    await_ready(first, "500/500");
    settle();
    CHECK(secret_writes(before) == lines(one_write_each("create", all)));
    const auto document = document_of(one_login("quay.io", "many"));
    CHECK(right_copies(api(), all, document) == 500);

    remove_credential(first);
    eventually("no copy is left", [&] {
        const auto left = right_copies(api(), all, document);
        return left == 0 ? "" : std::to_string(left);
    });
    settle();
    before = mark();
    const auto second = add_credential("second", spec_of({source}, {named("many*")}));
    await_ready(second, "500/500");
    settle();
    CHECK(secret_writes(before) == lines(one_write_each("create", all)));
}

TEST_CASE_FIXTURE(
    scenario,
    "a controller that is killed halfway through two hundred namespaces finishes after its restart") {
    const auto all = add_namespaces("many", 200);
    const auto source = add_source("quay", one_login("quay.io", "first"));
    start();
    const auto before = mark();
    const auto credential = add_credential("quay", spec_of({source}, {named("many*")}));
    const auto creates = [&] {
        const auto text = secret_writes(before);
        return text.empty() ? 0 : std::ranges::count(text, '\n') + 1;
    };
    eventually("some are made", [&] { return creates() >= 20 ? "" : std::to_string(creates()); });
    controller().kill();
    const auto made = creates();
    CHECK(made < 200);
    start();
    await_ready(credential, "200/200");
    settle();
    check_one_write_each(requests_since(before), all);

    // The same in the middle of a rotation.
    const auto rotation = mark();
    change_source(source, one_login("quay.io", "second"));
    const auto updates = [&] { return std::ranges::count(secret_writes(rotation), '\n'); };
    eventually("some are rotated", [&] { return updates() >= 20 ? "" : std::to_string(updates()); });
    controller().kill();
    start();
    await_copies(all, document_of(one_login("quay.io", "second")));
    settle();
    check_one_write_each(requests_since(rotation), all);
}
