// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "test_bed.hpp"

#include "raw_load.hpp"
#include "support/eventually.hpp"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <string_view>
#include <utility>

namespace bench {

namespace {

constexpr auto raw_prefix = "raw";

}  // namespace

test_bed::test_bed(setting where, extent how_much)
    : where_(std::move(where)),
      how_much_(how_much),
      namespaces_(numbered("bench", how_much.namespaces)),
      raw_namespaces_(numbered(raw_prefix, how_much.new_namespaces)),
      admin_(where_.admin_kubeconfig),
      raw_owner_(admin_.get("/api/v1/namespaces/regcred-system")),
      watch_(where_.admin_kubeconfig, kube::secrets, secret_name),
      accounts_(where_.admin_kubeconfig, kube::service_accounts, account_name),
      requests_(where_.audit_log, std::string(raw_prefix) + "-") {
    create_namespaces(namespaces_);
    create_namespaces(raw_namespaces_);
    await_namespace_defaults();
    await_garbage_collector();
}

void test_bed::create_namespaces(const std::vector<std::string>& names) {
    std::vector<json> objects;
    for (const auto& name : names)
        objects.push_back(namespace_object(name));
    admin_.create_all("/api/v1/namespaces", objects);
}

/// The cluster's own controllers put two objects into each new namespace.
void test_bed::await_namespace_defaults() {
    const auto wanted = namespaces_.size() + raw_namespaces_.size();
    for (const std::string_view collection :
         {"/api/v1/serviceaccounts?fieldSelector=metadata.name%3Ddefault",
          "/api/v1/configmaps?fieldSelector=metadata.name%3Dkube-root-ca.crt"}) {
        harness::eventually(
            "the new namespaces have what every namespace has",
            [&]() -> std::string {
                const auto count = admin_.list(std::string(collection)).size();
                return count >= wanted ? "" : fmt::format("{} of {}", count, wanted);
            },
            std::chrono::minutes(5));
    }
}

/// The garbage collector looks for new kinds of owners every 30 s; until it knows RegistryCredentials it asks
/// the API server for the owner of every new copy.
void test_bed::await_garbage_collector() {
    const std::string probe = "collector-probe";
    const auto path = fmt::format("/api/v1/namespaces/default/secrets/{}", probe);
    const auto owner = admin_.create(credentials, credential_object(probe, probe, {probe}));
    auto dependent = source_object(probe, probe);
    dependent["metadata"]["ownerReferences"] = json::array({{{"apiVersion", owner.at("apiVersion")},
                                                             {"kind", owner.at("kind")},
                                                             {"name", probe},
                                                             {"uid", owner.at("metadata").at("uid")}}});
    admin_.create("/api/v1/namespaces/default/secrets", dependent);
    admin_.remove(fmt::format("{}/{}", credentials, probe));
    harness::eventually(
        "the garbage collector knows RegistryCredentials",
        [&] { return admin_.find(path) ? "the probe is still there" : ""; },
        std::chrono::minutes(3));
}

std::vector<kube::object_meta> test_bed::accounts_in(const std::vector<std::string>& namespaces) {
    std::map<std::string, kube::object_meta> by_namespace;
    for (auto& meta : accounts_.present()) {
        auto where = meta.namespace_name;
        by_namespace.emplace(std::move(where), std::move(meta));
    }
    std::vector<kube::object_meta> in_order;
    for (const auto& name : namespaces)
        in_order.push_back(by_namespace.at(name));
    return in_order;
}

void test_bed::remove_copies() {
    const auto present = watch_.present();
    if (present.empty()) return;
    std::vector<std::string> where;
    for (const auto& meta : present)
        where.push_back(meta.namespace_name);
    auto gone = watch_.expect(kube::watch_event_type::deleted, where);
    raw_load(where_.admin_kubeconfig, how_much_.connections, raw_namespaces_.front()).remove(present);
    static_cast<void>(gone.wait());
}

}  // namespace bench
