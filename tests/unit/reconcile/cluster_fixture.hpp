// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/secrets/secret_metadata.hpp"
#include "reconcile/secrets/secret_plan.hpp"
#include "reconcile/secrets/secret_view.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "unit/reconcile/builders.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace build {

/// A cluster's state that a test fills by hand, and the keys that it queues. No worker runs. The copies have
/// been listed, unless `copies_listed` is false: there are none.
struct cluster_fixture {
    boost::asio::io_context io;
    reconcile::work_queues queues{io.get_executor(), [] { return 0.0; }};
    reconcile::cluster_state state;
    int version = 100;

    explicit cluster_fixture(std::vector<std::string> secret_names = {"regcred", "other"},
                             bool copies_listed = true,
                             std::size_t max_document_bytes = dockerconfig::max_document_bytes)
        : state({.own_namespace = "regcred-system",
                 .secret_names = std::move(secret_names),
                 .max_document_bytes = max_document_bytes},
                queues) {
        for (const auto& name : state.scope().secret_names) {
            if (copies_listed) list_nothing(state.copies(name));
        }
    }

    /// A complete list, which is empty.
    template <class Store>
    static void list_nothing(Store& store) {
        store.begin_replace();
        store.end_replace("1");
    }
    std::string next_version() { return std::to_string(++version); }

    /// What is queued and was not cleared, with the priority it had last.
    std::map<runtime::object_key, runtime::priority>& secrets() { return drain(queues.secrets, secrets_); }
    std::map<runtime::object_key, runtime::priority>& service_accounts() {
        return drain(queues.service_accounts, service_accounts_);
    }
    std::set<std::string>& statuses() {
        std::map<runtime::object_key, runtime::priority> queued;
        for (const auto& [key, level] : drain(queues.statuses, queued))
            statuses_.insert(key.name);
        return statuses_;
    }
    void clear_queues() {
        secrets().clear();
        service_accounts().clear();
        statuses().clear();
    }

    void add_source(const std::string& name, const std::string& registry, const std::string& password) {
        add_docker_config(
            name, R"({"auths":{")" + registry + R"(":{"username":"u","password":")" + password + R"("}}})");
    }
    void add_docker_config(const std::string& name, std::string document) {
        kube::secret secret;
        secret.meta = meta(name, "regcred-system");
        secret.meta.resource_version = next_version();
        secret.type = std::string(kube::docker_config_json_type);
        secret.data.emplace(kube::docker_config_json_key, util::secret_bytes(std::move(document)));
        state.sources().upsert(reconcile::read_source(std::move(secret)));
    }
    void add_namespace(const std::string& name, kube::string_map labels = {}) {
        auto object = live_namespace(name, std::move(labels));
        object.meta.resource_version = next_version();
        state.namespaces().upsert(std::move(object));
    }
    void add_credential(v1alpha1::registry_credential object) {
        object.meta.resource_version = next_version();
        state.credentials().upsert(std::move(object));
    }
    void remove_credential(const std::string& name) {
        state.credentials().erase({.namespace_name = {}, .name = name}, next_version());
    }
    [[nodiscard]] std::shared_ptr<const v1alpha1::registry_credential> find_credential(
        const std::string& name) const {
        return state.credentials().find({.namespace_name = {}, .name = name});
    }

    /// With the content of the copy, if apply_plan() wrote it.
    [[nodiscard]] reconcile::secret_view view(const runtime::object_key& key) {
        const auto found = contents_.find(key);
        return view_secret(state, key, {.content = found == contents_.end() ? nullptr : &found->second});
    }
    /// The copies of another cluster are in this one too.
    void take_copies(const cluster_fixture& other) {
        contents_ = other.contents_;
        documents_ = other.documents_;
        for (const auto& [key, document] : documents_)
            state.copies(key.name).upsert(*other.state.find_copy(key));
    }
    [[nodiscard]] std::string document_of(const runtime::object_key& key) const {
        const auto found = documents_.find(key);
        return found == documents_.end() ? std::string{} : found->second;
    }
    [[nodiscard]] reconcile::secret_action next(const std::string& namespace_name,
                                                const std::string& name = "regcred") {
        return decide(view({.namespace_name = namespace_name, .name = name})).action;
    }
    /// Does to the stores what the plan for a Secret would do to the API server.
    void apply_plan(const runtime::object_key& key) {
        const auto seen = view(key);
        const auto action = decide(seen).action;
        auto& copies = state.copies(key.name);
        if (action == reconcile::secret_action::remove) {
            copies.erase(runtime::view_of(key), next_version());
            contents_.erase(key);
            documents_.erase(key);
        } else if (action != reconcile::secret_action::none) {
            reconcile::observed_secret made;
            made.meta = reconcile::desired_metadata(key,
                                                    seen.contributors,
                                                    seen.present ? &seen.present->meta : nullptr,
                                                    seen.kept,
                                                    seen.desired.origins);
            made.meta.uid = "uid-copy-" + key.namespace_name;
            made.meta.resource_version = next_version();
            made.docker_config = true;
            made.has_managers = true;
            made.written_by_regcred = true;
            made.mark = reconcile::written_as::this_one;
            made.only_document = true;
            const auto document = seen.desired.document == nullptr
                                      ? std::string(reconcile::no_entries)
                                      : std::string(seen.desired.document->reveal());
            made.document = util::digest_of(document);
            kube::secret stored;
            stored.meta = made.meta;
            stored.data.emplace(kube::docker_config_json_key, util::secret_bytes::copy_of(document));
            documents_[key] = document;
            contents_[key] = reconcile::read_content(stored);
            copies.upsert(std::move(made));
        } else {
            state.forget_deleted(key);
            if (seen.contributors.empty()) return;
            const auto* known = state.results().find(key);
            auto selections = selections_of(seen, known == nullptr ? nullptr : known->selections);
            state.results().synced(key, 0, std::move(selections));
        }
    }
    void collect_garbage(const runtime::object_key& key) {
        state.copies(key.name).erase(runtime::view_of(key), next_version());
    }
    /// Until nothing is queued.
    void apply_all() {
        for (int round = 0; round < 5 && !secrets().empty(); ++round) {
            const auto due = std::move(secrets_);
            secrets_.clear();
            for (const auto& [key, level] : due)
                apply_plan(key);
        }
        statuses().clear();
    }

 private:
    static std::map<runtime::object_key, runtime::priority>& drain(
        runtime::object_queue& from, std::map<runtime::object_key, runtime::priority>& to) {
        constexpr auto all_due = runtime::time_point::max();
        while (const auto item = from.queue().take(all_due)) {
            to.insert_or_assign(item->key, item->level);
            from.queue().done(item->key);
        }
        return to;
    }

    std::map<runtime::object_key, reconcile::copy_content> contents_;
    std::map<runtime::object_key, std::string> documents_;
    std::map<runtime::object_key, runtime::priority> secrets_;
    std::map<runtime::object_key, runtime::priority> service_accounts_;
    std::set<std::string> statuses_;
};

inline v1alpha1::registry_credential wants(const char* name,
                                           const char* source,
                                           std::vector<std::string> include = {"*"}) {
    auto object = credential(name);
    object.sources = {{.secret_name = source, .registry = {}, .registries = {}}};
    object.namespaces.include = std::move(include);
    return object;
}

/// Of the last failure of an object; empty: it has none; "unknown": the object has no result.
inline std::string failure_reason(const reconcile::result_table& results, const runtime::object_key& key) {
    const auto* known = results.find(key);
    if (known == nullptr) return "unknown";
    return known->last_failure == nullptr ? "" : known->last_failure->reason;
}

/// Two RegistryCredentials, "older" and "younger", with different passwords for quay.io, and the namespace
/// team-a. Returns the younger one.
inline v1alpha1::registry_credential add_two_of_one_registry(cluster_fixture& cluster) {
    cluster.add_source("a", "quay.io", "CANARY-old");
    cluster.add_source("b", "quay.io", "CANARY-new");
    auto younger = wants("younger", "b");
    younger.meta.creation_timestamp = "2026-02-02T00:00:00Z";
    cluster.add_credential(younger);
    cluster.add_credential(wants("older", "a"));
    cluster.add_namespace("team-a");
    return younger;
}

}  // namespace build
