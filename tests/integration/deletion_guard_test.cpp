// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "guard"));
constexpr int many = 25;
constexpr std::ptrdiff_t unbraked = 10;  // so many deletions a minute pass, of so few copies

std::ptrdiff_t count_of(const std::string& writes, const std::string& verb) {
    std::ptrdiff_t count = 0;
    for (auto at = writes.find(verb); at != std::string::npos; at = writes.find(verb, at + 1))
        ++count;
    return count;
}

/// Namespaces that are selected by a label, each with its copy.
class guarded : public scenario {
 protected:
    guarded() {
        start();
        all = add_namespaces("team", many);
        label(value);
        const auto source = add_source("quay", one_login("quay.io", "guard"));
        auto spec = spec_of({source}, {"*"});
        spec["namespaces"] = {{"selector", {{"matchLabels", {{"pull", value}}}}}};
        credential = add_credential("quay", spec);
        await_ready(credential, "25/25");
        settle();
        before = mark();
    }
    void label(const json& to) {
        std::vector<api_call> calls;
        for (const auto& ns : all)
            calls.push_back({.method = "PATCH",
                             .path = namespace_path(ns),
                             .body = labels_patch({{"pull", to}}),
                             .as = {}});
        for (const auto& answer : api().send_all(calls))
            REQUIRE(answer.ok());
    }
    /// Complete reads of the namespaces.
    std::ptrdiff_t reads() {
        return std::ranges::count_if(requests_since(before), [](const audit_record& record) {
            return record.verb == "list" && record.resource == "namespaces";
        });
    }
    [[nodiscard]] std::ptrdiff_t deletions() { return count_of(secret_writes(before), "delete"); }

    std::string value = named("pull");
    std::vector<std::string> all;
    std::string credential;
    std::size_t before = 0;
};

}  // namespace

TEST_CASE_FIXTURE(guarded,
                  "the deletion guard holds most deletions back when all labels are removed, and drops them "
                  "when the labels are restored") {
    label(nullptr);
    const auto object = await_condition(credential, "Synced", "False", "DeletionGuard");
    CHECK(condition_of(object, "Stalled")["reason"] == "DeletionGuard");
    CHECK(condition_of(object, "Ready")["reason"] == "DeletionGuard");
    eventually("what passes the brake has passed",
               [&] { return deletions() == unbraked ? "" : std::to_string(deletions()); });
    label(value);
    await_copies(all, document);
    await_ready(credential, "25/25");
    settle();
    CHECK(deletions() == unbraked);
    CHECK(count_of(secret_writes(before), "create") == unbraked);
    CHECK(condition_of(api().get(credential_path(credential)), "Stalled").is_null());
}

TEST_CASE_FIXTURE(guarded,
                  "a mass deletion without a spec change continues when two reads of the namespaces agree") {
    label(nullptr);
    await_condition(credential, "Synced", "False", "DeletionGuard");
    for (const auto& ns : all)
        await_no_copy(ns, "regcred", long_patience);
    await_ready(credential, "0/0");
    settle();
    CHECK(deletions() == many);
    CHECK(reads() >= 2);
}

TEST_CASE_FIXTURE(guarded, "a spec change deletes every copy without the deletion guard") {
    change_spec(credential, {{"namespaces", {{"selector", {{"matchLabels", {{"pull", "nobody"}}}}}}}});
    for (const auto& ns : all)
        await_no_copy(ns);
    await_ready(credential, "0/0");
    settle();
    CHECK(deletions() == many);
    CHECK(reads() == 0);
}

TEST_CASE_FIXTURE(guarded,
                  "the deletion of a RegistryCredential deletes every copy without the deletion guard") {
    const paused_controller_manager no_garbage_collector;
    remove_credential(credential);
    for (const auto& ns : all)
        await_no_copy(ns);
    settle();
    CHECK(deletions() == many);
    CHECK(reads() == 0);
}
