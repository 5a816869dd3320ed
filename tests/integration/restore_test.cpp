// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace harness;

TEST_CASE_FIXTURE(
    scenario,
    "after a restore of etcd from an older backup the controller exits with code 1, and the next "
    "one makes every copy right") {
    expect_error("API server's data is older than before; exiting");
    expect_forbidden();  // until an API server that starts has read the roles
    start();
    const auto old = add_namespace("team-old");
    const auto kept = add_namespace("team-kept");
    const auto [source, credential] = synced({old, kept}, "saved", {named("team-*")});
    settle();
    cluster_.save_etcd();

    // What is lost. So many writes that the versions do not catch up before the controller is sure.
    std::vector<api_call> writes;
    for (int n = 0; n < 3000; ++n)
        writes.push_back({.method = "PATCH",
                          .path = namespace_path(own_namespace),
                          .body = annotations_patch({{"example.com/count", fmt::format("{}", n)}}),
                          .as = {}});
    for (const auto& answer : api().send_all(writes))
        REQUIRE(answer.ok());
    const auto lost = add_namespace("team-lost");
    change_source(source, one_login("quay.io", "lost"));
    await_copies({old, kept, lost}, document_of(one_login("quay.io", "lost")));
    change_spec(credential, {{"secretTemplate", {{"labels", {{"team", "lost"}}}}}});
    await_ready(credential, "3/3");
    settle();

    cluster_.restore_etcd();
    CHECK_FALSE(api().find(namespace_path(lost)));
    CHECK(data_of(copy_in(old)) == document_of(one_login("quay.io", "saved")));
    const auto since = mark();
    const auto fresh = add_namespace("team-fresh");
    change_source(source, one_login("quay.io", "after"));
    api().remove(secret_path(kept));
    // A watch of a version that the API server does not have is silent; then the lists must agree for
    // minutes.
    eventually(
        "the controller ends", [&] { return controller().running() ? "it runs" : ""; }, 2 * long_patience);
    CHECK(controller().stop()->code == 1);
    for (const auto& record : requests_since(since))
        CHECK_FALSE((record.resource == "secrets" && record.verb == "delete"));

    start();
    await_copies({old, kept, fresh}, document_of(one_login("quay.io", "after")));
    await_ready(credential, "3/3");
    CHECK(copy_in(old)["metadata"]["labels"].size() == 1);
}
