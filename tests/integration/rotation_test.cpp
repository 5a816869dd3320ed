// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

using namespace harness;

TEST_CASE_FIXTURE(scenario,
                  "while a source changes faster than it can be delivered, other RegistryCredentials are "
                  "served, and in the end every copy holds its last content") {
    constexpr int least_changes = 150;
    start();
    const auto busy = add_namespaces("busy", 50);
    const auto calm = add_namespaces("calm", 3);
    const auto source = add_source("busy", one_login("quay.io", "first"));
    const auto credential = add_credential("busy", spec_of({source}, {named("busy*")}));
    const auto other_source = add_source("calm", one_login("ghcr.io", "calm"));
    const auto other = add_credential("calm", spec_of({other_source}, {named("calm*")}));
    await_ready(credential, "50/50");
    await_ready(other, "3/3");

    int changes = 0;
    const auto change = [&] { change_source(source, one_login("quay.io", fmt::format("v{}", ++changes))); };
    const auto served = [&](const std::string& ns, const login_map& logins) {
        const auto copy = api().find(secret_path(ns));
        return copy && data_of(*copy) == document_of(logins);
    };
    // The source changes before each look: whatever is seen came about in between.
    const auto comes_between = [&](const std::string& what, const auto& condition) {
        eventually(what, [&]() -> std::string {
            change();
            return condition() ? "" : fmt::format("not after {} changes", changes);
        });
    };
    for (int i = 0; i < 20; ++i)
        change();
    change_source(other_source, one_login("ghcr.io", "rotated"));
    comes_between("the other source is delivered", [&] {
        return std::ranges::all_of(
            calm, [&](const auto& ns) { return served(ns, one_login("ghcr.io", "rotated")); });
    });
    const auto late = add_namespace("calm-late");
    comes_between("a new namespace of the other is served",
                  [&] { return served(late, one_login("ghcr.io", "rotated")); });
    comes_between("some seconds of changes", [&] { return changes >= least_changes; });

    change_source(source, one_login("quay.io", "last"));
    await_copies(busy, document_of(one_login("quay.io", "last")));
    await_ready(credential, "50/50");
    await_ready(other, "4/4");
}
