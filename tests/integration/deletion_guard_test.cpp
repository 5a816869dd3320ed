// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "guard"));
constexpr std::size_t many = 25;
constexpr std::size_t unbraked = 10;  // so many deletions a minute pass, of so few copies

std::size_t count_of(const std::string& writes, const std::string& verb) {
    std::size_t count = 0;
    for (auto at = writes.find(verb); at != std::string::npos; at = writes.find(verb, at + 1))
        ++count;
    return count;
}

/// Namespaces that are selected by a label, each with its copy.
class guarded : public scenario {
 protected:
    explicit guarded(std::vector<std::string> flags = {}) {
        start("regcred", "default", std::move(flags));
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
    void label(const json& to, std::size_t count = many) {
        std::vector<api_call> calls;
        for (std::size_t n = 0; n < count; ++n)
            calls.push_back({.method = "PATCH",
                             .path = namespace_path(all[n]),
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
    [[nodiscard]] std::size_t deletions() { return count_of(secret_writes(before), "delete"); }

    std::string value = named("pull");
    std::vector<std::string> all;
    std::string credential;
    std::size_t before = 0;
};

}  // namespace

TEST_CASE_FIXTURE(guarded,
                  "the deletion guard holds every deletion back when all labels are removed at once, and "
                  "drops them when the labels are restored") {
    label(nullptr);
    const auto object = await_condition(credential, "Synced", "False", "DeletionGuard");
    CHECK(condition_of(object, "Reconciling")["reason"] == "DeletionGuard");
    CHECK(condition_of(object, "Stalled").is_null());
    CHECK(condition_of(object, "Ready")["reason"] == "DeletionGuard");
    eventually("all are held", [&] {
        return controller().get("/metrics")->body.find("regcred_held_deletions 25\n") != std::string::npos
                   ? ""
                   : "not all";
    });
    label(value);
    await_copies(all, document);
    await_ready(credential, "25/25");
    settle();
    CHECK(deletions() == 0);
    CHECK(condition_of(api().get(credential_path(credential)), "Reconciling").is_null());
}

TEST_CASE_FIXTURE(guarded, "as many deletions as the limit pass the deletion guard, and more are held") {
    label(nullptr, unbraked);
    for (std::size_t n = 0; n < unbraked; ++n)
        await_no_copy(all[n]);
    await_ready(credential, "15/15");
    CHECK(deletions() == unbraked);
    CHECK(reads() == 0);
    api().patch(namespace_path(all[unbraked]), labels_patch({{"pull", nullptr}}));
    await_condition(credential, "Synced", "False", "DeletionGuard");
    settle();
    CHECK(deletions() == unbraked);
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

namespace {

class guarded_by_approval : public guarded {
 protected:
    guarded_by_approval() : guarded({"--deletion-guard=approve"}) {}
    void approve(const std::string& value) {
        api().patch(credential_path(credential),
                    annotations_patch({{"regcred.dev/approve-deletions", value}}));
    }
    /// The value that the status asks for, once this many removals are held.
    std::string awaited(int held) {
        eventually("removals are held", [&] {
            const auto metrics = controller().get("/metrics")->body;
            return metrics.find(fmt::format("regcred_held_deletions {}\n", held)) != std::string::npos
                       ? ""
                       : "not all";
        });
        settle();
        const auto object = await_condition(credential, "Synced", "False", "DeletionGuard");
        CHECK(condition_of(object, "Stalled")["reason"] == "DeletionGuard");
        const auto message = condition_of(object, "Synced")["message"].get<std::string>();
        const auto at = message.find("approve-deletions=");
        REQUIRE_MESSAGE(at != std::string::npos, message);
        return message.substr(at + std::string_view("approve-deletions=").size());
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    guarded_by_approval,
    "with --deletion-guard=approve a mass deletion waits for an approval, which is good for what "
    "was held then and for nothing later") {
    label(nullptr, 12);
    const auto early = awaited(12);
    api().patch(namespace_path(all[12]), labels_patch({{"pull", nullptr}}));
    const auto now = awaited(13);
    CHECK(now > early);
    approve(early);
    settle();
    CHECK(deletions() == 0);
    approve(now);
    for (std::size_t n = 0; n < 13; ++n)
        await_no_copy(all[n]);
    await_ready(credential, "12/12");
    CHECK(deletions() == 13);

    // The annotation is still there when the labels are lost once more.
    label(value, 13);
    await_ready(credential, "25/25");
    label(nullptr, 13);
    CHECK(awaited(13) > now);
    CHECK(deletions() == 13);
    CHECK(reads() == 0);
    label(value, 13);
    await_ready(credential, "25/25");
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

TEST_CASE_FIXTURE(guarded,
                  "the deletion guard holds back updates that take an owner's entries out of shared Secrets, "
                  "and the other owner's rotation goes on") {
    const auto source = add_source("wide", one_login("ghcr.io", "wide"));
    const auto wide = add_credential("wide", spec_of({source}, {named("team*")}));
    const auto both = [](const std::string& tag) {
        return document_of(united(one_login("quay.io", "guard"), one_login("ghcr.io", tag)));
    };
    await_copies(all, both("wide"));
    await_ready(wide, "25/25");
    settle();

    label(nullptr);
    await_condition(credential, "Synced", "False", "DeletionGuard");
    const auto holding = [&](const std::string& document) {
        return std::ranges::count_if(all, [&](const auto& ns) { return data_of(copy_in(ns)) == document; });
    };
    await_ready(wide, "25/25");
    CHECK(holding(document_of(one_login("ghcr.io", "wide"))) == 0);
    change_source(source, one_login("ghcr.io", "rotated"));
    eventually("the held copies are rotated", [&] {
        const auto rotated = holding(both("rotated"));
        return rotated == many ? "" : std::to_string(rotated);
    });
    label(value);
    await_copies(all, both("rotated"));
    await_ready(credential, "25/25");
    await_ready(wide, "25/25");
}

TEST_CASE_FIXTURE(guarded,
                  "an edit of one RegistryCredential does not release the held losses of another with the "
                  "same Secrets") {
    const auto source = add_source("wide", one_login("ghcr.io", "wide"));
    const auto wide = add_credential("wide", spec_of({source}, {named("team*")}));
    const auto both = document_of(united(one_login("quay.io", "guard"), one_login("ghcr.io", "wide")));
    await_copies(all, both);
    await_ready(wide, "25/25");
    settle();

    label(nullptr);
    change_spec(wide, spec_of({source}, {named("nobody")}));
    const auto without_wide = document_of(one_login("quay.io", "guard"));
    eventually("the entries of the edited one are gone, and those of the other are held", [&] {
        std::ptrdiff_t held = 0;
        for (const auto& ns : all) {
            const auto copy = api().find(secret_path(ns));
            if (!copy) continue;
            if (data_of(*copy) != without_wide) return ns + " is not as expected";
            ++held;
        }
        return held == many ? std::string{} : std::to_string(held) + " copies are left";
    });
    await_condition(credential, "Synced", "False", "DeletionGuard");
}
