// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "kube/api/object.hpp"
#include "reconcile/state/contributors.hpp"
#include "reconcile/state/desired_secret.hpp"
#include "reconcile/state/observed_secret.hpp"
#include "reconcile/state/queues.hpp"
#include "reconcile/state/reasons.hpp"
#include "reconcile/state/result_table.hpp"
#include "reconcile/state/source_resolver.hpp"
#include "reconcile/state/watch_fault.hpp"
#include "runtime/cache/store.hpp"
#include "runtime/object_key.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// What this installation manages in a cluster.
struct install_scope {
    std::string own_namespace;                                          // where sources are
    std::vector<std::string> secret_names;                              // that copies may have
    std::size_t max_document_bytes = dockerconfig::max_document_bytes;  // of a copy
};

/// Whether two states of a RegistryCredential have the same spec: the generation counts its changes.
[[nodiscard]] bool same_spec(const v1alpha1::registry_credential& a, const v1alpha1::registry_credential& b);

/// The observed cluster and the queries on it. The watches fill its stores; it adds the keys that a change
/// affects to the queues. No I/O and no clock.
class cluster_state final : runtime::event_handler<v1alpha1::registry_credential>,
                            runtime::event_handler<kube::namespace_object>,
                            runtime::event_handler<source_secret>,
                            runtime::event_handler<observed_secret> {
 public:
    using credential = std::shared_ptr<const v1alpha1::registry_credential>;

    /// `queues` outlives this.
    cluster_state(install_scope scope, work_queues& queues);
    cluster_state(const cluster_state&) = delete;
    cluster_state& operator=(const cluster_state&) = delete;

    [[nodiscard]] runtime::store<v1alpha1::registry_credential>& credentials() noexcept {
        return credentials_;
    }
    [[nodiscard]] const runtime::store<v1alpha1::registry_credential>& credentials() const noexcept {
        return credentials_;
    }
    [[nodiscard]] runtime::store<kube::namespace_object>& namespaces() noexcept { return namespaces_; }
    [[nodiscard]] const runtime::store<kube::namespace_object>& namespaces() const noexcept {
        return namespaces_;
    }
    [[nodiscard]] runtime::store<source_secret>& sources() noexcept { return sources_; }
    /// Secrets of one name, which is one of the scope's.
    [[nodiscard]] runtime::store<observed_secret>& copies(const std::string& secret_name);
    /// The last result for each copy.
    [[nodiscard]] result_table& results() noexcept { return results_; }
    [[nodiscard]] const result_table& results() const noexcept { return results_; }
    [[nodiscard]] const install_scope& scope() const noexcept { return scope_; }

    /// Whether every store but those of copies has had a complete list: before that, nothing may be decided.
    [[nodiscard]] bool synced() const;
    /// Whether the Secrets of this name have had a complete list: before that, one that is not here may exist
    /// all the same, so nothing may be decided about them. False if no copy may have this name.
    [[nodiscard]] bool synced(const std::string& secret_name) const;
    /// Whether a name's Secrets have had a complete list.
    [[nodiscard]] bool any_copies_synced() const;
    /// Whether nothing is to be waited for: each name's Secrets have had a complete list or cannot be read.
    [[nodiscard]] bool can_begin() const;
    /// The first complete list of the Secrets of this name: queues all that it allows to decide about.
    void copies_listed(const std::string& secret_name);
    /// Why the Secrets of this name cannot be read now, for the RegistryCredentials that name them; an empty
    /// reason: they can.
    void set_watch_fault(const std::string& secret_name, cause fault);
    [[nodiscard]] const cause& watch_fault(const std::string& secret_name) const;
    /// The same for what all RegistryCredentials depend on.
    void set_watch_fault(watched what, cause fault);
    [[nodiscard]] const cause& watch_fault(watched what) const;
    /// Whether a watch without which work cannot begin has such a fault, and there are RegistryCredentials to
    /// report that.
    [[nodiscard]] bool must_report_fault() const;
    /// Whether copies may have this name.
    [[nodiscard]] bool manages(const std::string& secret_name) const;
    [[nodiscard]] bool selects(const v1alpha1::registry_credential& object,
                               const kube::object_meta& namespace_meta) const;
    /// Null when there is none.
    [[nodiscard]] std::shared_ptr<const kube::namespace_object> find_namespace(std::string_view name) const;
    /// Null when there is none, or when no copy may have this name.
    [[nodiscard]] std::shared_ptr<const observed_secret> find_copy(const runtime::object_key& key) const;
    /// Null when no RegistryCredential has this UID.
    [[nodiscard]] credential find_by_uid(const std::string& uid) const;
    /// Whether there is a RegistryCredential of this name.
    [[nodiscard]] bool has_credential(const std::string& name) const;
    /// All that exist, by UID.
    [[nodiscard]] const std::map<std::string, credential>& all_by_uid() const noexcept { return by_uid_; }
    /// The RegistryCredentials that want this Secret, oldest first.
    [[nodiscard]] contributor_list contributors_of(const runtime::object_key& key,
                                                   const kube::object_meta& namespace_meta) const;
    [[nodiscard]] const desired_secret& desired_of(const contributor_list& contributors);
    /// What an object delivers, as far as it is known; of one that has been deleted, what it delivered.
    [[nodiscard]] contribution contribution_of(const std::string& uid) const;
    /// Of an object that exists.
    [[nodiscard]] const resolution& resolved(const std::string& uid) const;
    /// Whether a RegistryCredential reads its credentials from this very Secret.
    [[nodiscard]] bool is_source(const runtime::object_key& key) const;

    /// A RegistryCredential that has been deleted, until its copies have been reconciled: its deletionPolicy
    /// as it was then counts, even if no copy shows it yet. Null when there is none with this UID that owned
    /// the Secret.
    [[nodiscard]] credential find_deleted(const std::string& uid, const runtime::object_key& key) const;
    /// Those with deletionPolicy Retain that owned the Secret.
    [[nodiscard]] contributor_list retaining(const runtime::object_key& key) const;
    /// This Secret has been reconciled with the RegistryCredentials that have been deleted.
    void forget_deleted(const runtime::object_key& key);

    /// Queues the status of each RegistryCredential, or of each with this secretName.
    void update_all_statuses() const;
    void update_sharing_statuses(const std::string& secret_name) const;
    /// This Secret has been synced: queues the other Secrets of its namespace, which may wait for that.
    void secret_synced(const runtime::object_key& key);
    /// This status is about to be written: when the watch shows it, nothing is queued.
    void expect_status(const std::string& uid, v1alpha1::registry_credential_status status);

 private:
    void handle(const runtime::change<v1alpha1::registry_credential>& change) override;
    void handle(const runtime::change<kube::namespace_object>& change) override;
    void handle(const runtime::change<source_secret>& change) override;
    void handle(const runtime::change<observed_secret>& change) override;

    void status_changed(const v1alpha1::registry_credential& object);
    /// A RegistryCredential that no longer exists.
    struct deleted_credential {
        credential last;                     // its last state
        contribution given;                  // what it delivered
        std::set<runtime::object_key> keys;  // of the Secrets that it owned and that are not reconciled yet
    };

    /// `owned`: the copies that it owned.
    void remember_deleted(const credential& object, std::set<runtime::object_key> owned);
    [[nodiscard]] std::set<runtime::object_key> owned_by(const std::string& uid) const;
    /// Resolves the sources again. Returns whether the entries have changed.
    bool resolve(const v1alpha1::registry_credential& object);
    void add_selected(const v1alpha1::registry_credential& object);
    void add_present(const std::string& namespace_name, std::string_view except = {});
    void add_sources(const v1alpha1::registry_credential& object);

    install_scope scope_;
    work_queues& queues_;

    runtime::store<v1alpha1::registry_credential> credentials_;
    runtime::store<kube::namespace_object> namespaces_;
    runtime::store<source_secret> sources_;
    std::map<std::string, runtime::store<observed_secret>> copies_;  // by Secret name
    std::map<std::string, cause> watch_faults_;                      // by Secret name
    std::map<watched, cause> common_watch_faults_;

    std::map<std::string, credential> by_uid_;  // of those that exist
    source_resolver resolver_;
    std::map<std::string, deleted_credential> deleted_;                            // by UID
    std::map<std::string, resolution> resolved_;                                   // by UID
    std::map<std::string, v1alpha1::registry_credential_status> expected_status_;  // by UID
    std::map<std::string, desired_secret> desired_;  // by the contributors' UIDs; emptied when one changes
    result_table results_;
};

}  // namespace reconcile
