// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/service_accounts/account_plan.hpp"
#include "reconcile/service_accounts/account_status.hpp"
#include "reconcile/service_accounts/account_table.hpp"
#include "reconcile/state/world.hpp"
#include "runtime/cache/store.hpp"
#include "runtime/queue/work_queue.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace reconcile {

/// What an install may say instead of names of ServiceAccounts: all of them.
inline constexpr std::string_view every_account = "*";

/// What is observed of ServiceAccounts, and the questions that are asked of it, beside the world that it asks
/// in turn. No I/O and no clock. An install may leave out the right to see them: nothing else waits for it.
class accounts {
 public:
    using store = runtime::store<observed_account>;
    using mark_account = std::function<void(const account&, runtime::lane)>;

    /// `names`: of ServiceAccounts that may be changed, or every_account alone.
    accounts(world& model,
             const std::vector<std::string>& names,
             mark_account on_account,
             world::mark_status on_status);
    accounts(const accounts&) = delete;
    accounts& operator=(const accounts&) = delete;

    /// By allowed name: what is watched together.
    [[nodiscard]] std::map<std::string, store>& stores() noexcept { return stores_; }
    /// Null: the install allows no such name.
    [[nodiscard]] const store* store_of(const std::string& account_name) const;
    [[nodiscard]] store* store_of(const std::string& account_name);
    [[nodiscard]] account_table& table() noexcept { return table_; }

    /// Whether an object asks for ServiceAccounts that the watch of this allowed name shows.
    [[nodiscard]] bool asked_for(const std::string& allowed_name) const;
    /// The watch of this allowed name is denied, or not any longer; or it has had its first view.
    void watch_changed(const std::string& allowed_name, bool denied);

    /// Everything that the decision about a ServiceAccount depends on, as it is known now.
    [[nodiscard]] account_view look(const account& at) const;
    [[nodiscard]] account_report report(const v1alpha1::registry_credential& object) const;
    /// Whether a user has asked for what the view's ServiceAccount loses by what he did to a
    /// RegistryCredential: one that wanted it when it was right last is gone, or its spec is another.
    [[nodiscard]] bool loss_is_asked_for(const account_view& view) const;

    /// What the world was told, after it.
    void credential_changed(const runtime::change<v1alpha1::registry_credential>& change);
    void namespace_changed(const runtime::change<kube::namespace_object>& change);

 private:
    using credential = std::shared_ptr<const v1alpha1::registry_credential>;

    void account_changed(const store& of, const runtime::change<observed_account>& change);
    void index(const runtime::change<observed_account>& change);
    [[nodiscard]] kube::object_meta const* home_of(const account& at) const;
    [[nodiscard]] bool wants(const v1alpha1::registry_credential& object, const account& at) const;
    [[nodiscard]] entry_wish judge(const std::string& secret_name, account_view& view) const;
    [[nodiscard]] entry_wish judge_unwanted(const std::string& secret_name,
                                            const contributor_list& suspended,
                                            const account& at) const;
    [[nodiscard]] bool can_be_named(const std::string& glob) const;
    void count(const store& of, const v1alpha1::registry_credential& object, account_report& into) const;
    void add_failures(const v1alpha1::registry_credential& object, account_report& into) const;
    void mark(const account& at, runtime::lane where);

    world& model_;
    mark_account on_account_;
    world::mark_status on_status_;
    std::map<std::string, store> stores_;  // by allowed name
    std::set<std::string> denied_;         // allowed names whose watch is denied
    /// Names by namespace; only where the stores do not tell: with every_account.
    std::unordered_map<std::string, std::vector<std::string>> names_in_;
    account_table table_;
};

}  // namespace reconcile
