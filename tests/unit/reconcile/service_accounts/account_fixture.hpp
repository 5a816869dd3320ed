// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/service_accounts/service_account_state.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace build {

/// A cluster's state with ServiceAccounts that a test fills by hand.
struct account_fixture : build::cluster_fixture {
    reconcile::service_account_state accounts;

    explicit account_fixture(const std::vector<std::string>& allowed = {"builder", "default"},
                             bool copies_listed = true)
        : build::cluster_fixture({"other", "regcred"}, copies_listed), accounts(state, allowed, queues) {}

    void add_account(const runtime::object_key& at,
                     std::vector<std::string> listed = {},
                     std::vector<std::string> added = {}) {
        reconcile::observed_service_account one;
        one.meta = {.name = at.name,
                    .namespace_name = at.namespace_name,
                    .uid = "uid-" + at.namespace_name,
                    .resource_version = next_version()};
        one.listed = std::move(listed);
        one.added = std::move(added);
        accounts.store_of(at.name)->upsert(std::move(one));
    }
    v1alpha1::registry_credential asking(const std::string& name) {
        auto object = build::credential(name);
        object.service_accounts = {"default"};
        return object;
    }
    void copy_of(const kube::object_meta& meta, bool labelled) {
        reconcile::observed_secret copy;
        copy.meta = meta;
        copy.meta.name = "regcred";
        copy.meta.namespace_name = "team-a";
        copy.meta.uid = "uid-copy";
        copy.meta.resource_version = next_version();
        copy.labelled = labelled;
        state.copies("regcred").upsert(std::move(copy));
    }
    /// The entry for Secret regcred.
    reconcile::pull_secret_entry entry() {
        for (const auto& each : accounts.view(here).entries) {
            if (each.secret_name == "regcred") return each;
        }
        FAIL("no entry");
        return {};
    }
    reconcile::entry_goal goal() { return entry().goal; }
    void complete_views() {
        for (auto& [name, of] : accounts.stores()) {
            of.begin_replace();
            of.end_replace(next_version());
        }
        state.namespaces().begin_replace();
        state.namespaces().end_replace(next_version());
    }

    const runtime::object_key here{.namespace_name = "team-a", .name = "default"};
};

}  // namespace build
