// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "guarded.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace harness;

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
                  "a mass deletion that no edit asked for continues when two reads of the namespaces agree") {
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

TEST_CASE_FIXTURE(guarded, "an edit that deselects no namespace asks for none of the held deletions") {
    label(nullptr);
    await_condition(credential, "Synced", "False", "DeletionGuard");
    change_spec(credential, {{"namespaces", {{"exclude", json::array({"zzz-*"})}}}});
    await_condition(credential, "Synced", "False", "DeletionGuard");
    settle();
    CHECK(deletions() == 0);
    label(value);
    await_ready(credential, "25/25");
    CHECK(deletions() == 0);
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
    const auto [source, wide] = add_wide();

    label(nullptr);
    await_condition(credential, "Synced", "False", "DeletionGuard");
    const auto holding = [&](const std::string& document) {
        return std::ranges::count_if(all, [&](const auto& ns) { return data_of(copy_in(ns)) == document; });
    };
    await_ready(wide, "25/25");
    CHECK(holding(document_of(one_login("ghcr.io", "wide"))) == 0);
    change_source(source, one_login("ghcr.io", "rotated"));
    eventually("the held copies are rotated", [&] {
        const auto rotated = holding(shared_document("rotated"));
        return rotated == many ? "" : std::to_string(rotated);
    });
    label(value);
    await_copies(all, shared_document("rotated"));
    await_ready(credential, "25/25");
    await_ready(wide, "25/25");
}

TEST_CASE_FIXTURE(guarded,
                  "an edit of one RegistryCredential does not release the held losses of another with the "
                  "same Secrets") {
    const auto [source, wide] = add_wide();

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
