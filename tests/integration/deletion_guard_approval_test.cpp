// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "guarded.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace harness;

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

TEST_CASE_FIXTURE(
    guarded_by_approval,
    "an approved loss of entries in a shared copy that became immutable meanwhile recreates the "
    "copy with what the other owner delivers") {
    const auto [source, wide] = add_wide();
    label(nullptr);
    static_cast<void>(awaited(many));
    const auto& immutable = all.front();
    const auto uid = uid_of(copy_in(immutable));
    api().patch(secret_path(immutable), {{"immutable", true}});
    // To be made mutable it must be deleted, and then the held entries are in no Secret.
    await_condition(wide, "Synced", "False", "Conflict", "24/25");
    settle();
    CHECK(uid_of(copy_in(immutable)) == uid);
    CHECK(data_of(copy_in(immutable)) == shared_document("wide"));

    approve(awaited(many));
    const auto rest = document_of(one_login("ghcr.io", "wide"));
    await_copies(all, rest);
    const auto recreated = copy_in(immutable);
    CHECK(uid_of(recreated) != uid);
    CHECK_FALSE(recreated.contains("immutable"));
    CHECK(annotation_of(recreated, "regcred.dev/entries")
              .find(uid_of(api().get(credential_path(credential)))) == std::string::npos);
    await_ready(wide, "25/25");
    await_ready(credential, "0/0");
    CHECK(reads() == 0);
}
