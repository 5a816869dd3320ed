// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "kube/api/object.hpp"
#include "reconcile/secrets/plan.hpp"
#include "reconcile/state/cell_table.hpp"
#include "reconcile/state/delivery.hpp"
#include "reconcile/state/resolver.hpp"
#include "reconcile/status/status.hpp"
#include "runtime/cache/store.hpp"
#include "runtime/queue/work_queue.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// What of a cluster this install looks after.
struct territory {
    std::string own_namespace;
    std::vector<std::string> secret_names;  // that copies may have
};

/// Status and metadata of a RegistryCredential decide nothing: generation counts the changes of its spec.
[[nodiscard]] bool same_wish(const v1alpha1::registry_credential& a, const v1alpha1::registry_credential& b);

/// Told of changes after the world has taken them in.
class world_observer {
 public:
    virtual ~world_observer() = default;
    virtual void credential_changed(const runtime::change<v1alpha1::registry_credential>& change) = 0;
    virtual void namespace_changed(const runtime::change<kube::namespace_object>& change) = 0;
};

/// All that is observed, and the questions that are asked of it. No I/O and no clock: the reflectors fill the
/// stores, the workers ask. Says through two callbacks which cells must be looked at again and whose status
/// may have changed.
class world {
 public:
    using mark_cell = std::function<void(const cell&, runtime::lane)>;
    using mark_status = std::function<void(const std::string& credential)>;

    world(territory where, mark_cell on_cell, mark_status on_status);
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    [[nodiscard]] runtime::store<v1alpha1::registry_credential>& credentials() noexcept {
        return credentials_;
    }
    [[nodiscard]] runtime::store<kube::namespace_object>& namespaces() noexcept { return namespaces_; }
    [[nodiscard]] runtime::store<source_secret>& sources() noexcept { return sources_; }
    /// `secret_name` is one of the territory's.
    [[nodiscard]] runtime::store<observed_secret>& copies(const std::string& secret_name);
    [[nodiscard]] cell_table& cells() noexcept { return cells_; }
    /// Whether every store has had a complete view: before that, nothing may be decided.
    [[nodiscard]] bool synced() const;
    [[nodiscard]] const territory& where() const noexcept { return where_; }
    /// `other` outlives this world's last change.
    void also_tell(world_observer& other) noexcept { observer_ = &other; }
    [[nodiscard]] bool selects(const v1alpha1::registry_credential& object,
                               const kube::object_meta& meta) const;

    /// Everything that the decision about a cell depends on, as it is known now.
    [[nodiscard]] cell_view look(const cell& at);
    /// Everything that the status of an object is made of.
    [[nodiscard]] credential_report report(const v1alpha1::registry_credential& object);
    /// The Secret of this cell is as it should be: what waited for that is looked at again.
    void settled(const cell& at);

 private:
    void credential_changed(const runtime::change<v1alpha1::registry_credential>& change);
    void namespace_changed(const runtime::change<kube::namespace_object>& change);
    void source_changed(const runtime::change<source_secret>& change);
    void copy_changed(const runtime::change<observed_secret>& change);

    /// Whether what the object delivers has changed.
    bool resolve(const v1alpha1::registry_credential& object);
    void mark_selected(const v1alpha1::registry_credential& object);
    void mark_owned(const std::string& uid);
    void mark_present(const std::string& namespace_name, std::string_view but = {});
    void mark_sources(const v1alpha1::registry_credential& object);
    void mark_sharers(const std::string& secret_name);
    [[nodiscard]] bool allowed(const std::string& secret_name) const;
    [[nodiscard]] contributor_list contributors_of(const cell& at, const kube::object_meta& meta) const;
    [[nodiscard]] delivery_cache::shared delivery_for(const contributor_list& contributors);
    void judge_owners(cell_view& view, const kube::object_meta& meta) const;
    [[nodiscard]] bool is_synced(const cell& at) const;
    [[nodiscard]] bool is_source(const cell& at) const;
    [[nodiscard]] bool is_owned(const cell& at, const std::string& uid) const;
    void add_stuck(const v1alpha1::registry_credential& object, credential_report& to) const;
    [[nodiscard]] source_verdict conflict_of(const v1alpha1::registry_credential& object) const;
    [[nodiscard]] std::size_t shared_namespaces(const v1alpha1::registry_credential& a,
                                                const v1alpha1::registry_credential& b) const;

    territory where_;
    mark_cell on_cell_;
    mark_status on_status_;
    world_observer* observer_ = nullptr;

    runtime::store<v1alpha1::registry_credential> credentials_;
    runtime::store<kube::namespace_object> namespaces_;
    runtime::store<source_secret> sources_;
    std::map<std::string, runtime::store<observed_secret>> copies_;  // by Secret name

    using credential = std::shared_ptr<const v1alpha1::registry_credential>;
    std::map<std::string, credential> by_uid_;  // of those that exist
    resolver resolver_;
    std::map<std::string, resolution> resolved_;  // by UID
    delivery_cache deliveries_;
    cell_table cells_;
};

}  // namespace reconcile
