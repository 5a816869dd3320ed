// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/service_accounts/service_account_plan.hpp"
#include "reconcile/service_accounts/service_account_status.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/queues.hpp"
#include "runtime/cache/store.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace reconcile {

/// Stands for all ServiceAccounts where an installation lists allowed names.
inline constexpr std::string_view every_account = "*";

/// The observed ServiceAccounts and the queries on them; it uses the cluster_state for all other objects. No
/// I/O and no clock. RBAC need not allow watching ServiceAccounts: nothing else waits for them.
class service_account_state final : runtime::event_handler<v1alpha1::registry_credential>,
                                    runtime::event_handler<kube::namespace_object>,
                                    runtime::event_handler<observed_service_account>,
                                    runtime::event_handler<observed_secret> {
 public:
    using store = runtime::store<observed_service_account>;

    /// `names`: of ServiceAccounts that may be changed, or every_account alone. What is given by reference
    /// outlives this.
    service_account_state(cluster_state& state, const std::vector<std::string>& names, work_queues& queues);
    service_account_state(const service_account_state&) = delete;
    service_account_state& operator=(const service_account_state&) = delete;

    /// By allowed name; each store has a watch of its own.
    [[nodiscard]] std::map<std::string, store>& stores() noexcept { return stores_; }
    /// Null: the installation does not allow the name.
    [[nodiscard]] const store* store_of(const std::string& account_name) const;
    [[nodiscard]] store* store_of(const std::string& account_name);
    /// The last result for each ServiceAccount.
    [[nodiscard]] result_table& results() noexcept { return results_; }
    [[nodiscard]] const result_table& results() const noexcept { return results_; }

    /// Whether a RegistryCredential asks for ServiceAccounts of this allowed name.
    [[nodiscard]] bool asked_for(const std::string& allowed_name) const;
    /// The watch of this allowed name is denied, or not any longer; or it has had its first list.
    void watch_changed(const std::string& allowed_name, bool denied);
    /// The first complete list of the Secrets of this name: queues the ServiceAccounts that may wait for it.
    void copies_listed(const std::string& secret_name);

    /// Everything that the decision about a ServiceAccount depends on, as of now.
    [[nodiscard]] service_account_view view(const runtime::object_key& key) const;
    [[nodiscard]] service_account_report report(const v1alpha1::registry_credential& object) const;

 private:
    using credential = std::shared_ptr<const v1alpha1::registry_credential>;

    void handle(const runtime::change<v1alpha1::registry_credential>& change) override;
    void handle(const runtime::change<kube::namespace_object>& change) override;
    void handle(const runtime::change<observed_service_account>& change) override;
    void handle(const runtime::change<observed_secret>& change) override;

    void index(const runtime::change<observed_service_account>& change);
    [[nodiscard]] bool is_usable(const std::string& namespace_name) const;
    [[nodiscard]] bool wants(const v1alpha1::registry_credential& object,
                             const runtime::object_key& key) const;
    [[nodiscard]] credential renamed_owner(const observed_secret& copy,
                                           const runtime::object_key& account) const;
    [[nodiscard]] selection_set recorded_for(const runtime::object_key& account,
                                             const std::string& secret_name) const;
    /// `recorded`: recorded_for() it.
    [[nodiscard]] bool is_asked_for(const service_account_view& view,
                                    const std::string& secret_name,
                                    const selection_set& recorded) const;
    /// Adds the entry for this Secret name, and the RegistryCredentials that it depends on.
    void add_entry(const std::string& secret_name, service_account_view& view) const;
    void set_goal_of_unwanted(pull_secret_entry& entry,
                              const contributor_list& suspended,
                              const runtime::object_key& account) const;
    [[nodiscard]] bool can_be_named(const std::string& glob) const;
    void count(const store& accounts,
               const v1alpha1::registry_credential& object,
               service_account_report& report) const;
    void add_failures(const v1alpha1::registry_credential& object, service_account_report& report) const;
    void add_stale(const runtime::object_key& key, runtime::priority level);

    cluster_state& state_;
    work_queues& queues_;
    std::map<std::string, store> stores_;  // by allowed name
    std::set<std::string> denied_;         // allowed names whose watch is denied
    /// Names by namespace; only with every_account, where the stores cannot be asked by name.
    std::unordered_map<std::string, std::vector<std::string>> names_in_;
    result_table results_;
};

}  // namespace reconcile
