// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/repeat_limit.hpp"
#include "reconcile/service_accounts/account_plan.hpp"
#include "reconcile/service_accounts/accounts.hpp"
#include "reconcile/status/announcer.hpp"
#include "runtime/log/log.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <set>
#include <string>
#include <string_view>

namespace reconcile {

/// Whose status tells of a ServiceAccount: those that want an entry there, and those that may have had one
/// added. `about`: of those the ones with this Secret name; empty: all.
[[nodiscard]] std::set<std::string> concerned_by(const account_view& view, const std::string& about = {});

/// Keeps what the work on ServiceAccounts led to, and sees to it that those whom it concerns tell of it.
class account_ledger {
 public:
    /// What is given by reference outlives it.
    struct services {
        accounts& known;
        announcer& news;
        const runtime::logger& log;
        runtime::wall_clock clock;
        accounts::mark_account mark_account;
        world::mark_status mark_status;
    };

    explicit account_ledger(services with) : services_(std::move(with)) {}

    /// It stays wrong, for now. `about`: as for concerned_by().
    void fail(const account_view& view,
              std::string_view reason,
              std::string message,
              const std::string& about = {});
    /// There is nothing to be done that can be done.
    void settle(const account_view& view, const account_plan& decided);
    /// It is gone, or going with its namespace.
    void drop(const account& at);
    /// A patch was made.
    void tell(const account_view& view, const account_plan& decided);

 private:
    void mark_told(const account& at) const;
    void spread_the_news(const std::string& healed);

    services services_;
    repeat_limit<std::string> spread_{std::chrono::seconds(1)};  // by reason: thousands heal together
};

}  // namespace reconcile
