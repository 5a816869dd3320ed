// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/safety/contention.hpp"
#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "reconcile/safety/refusal.hpp"
#include "reconcile/service_accounts/account_ledger.hpp"
#include "reconcile/service_accounts/account_writer.hpp"
#include "reconcile/service_accounts/accounts.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/queue/outcome.hpp"
#include "runtime/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string_view>

namespace reconcile {

/// What the work on ServiceAccounts needs from the rest of the program; all of it outlives the workers.
struct account_services {
    kube::client& client;
    world& model;
    accounts& known;
    announcer& news;
    const runtime::logger& log;
    runtime::counter_family& writes;  // labels: action, result
    runtime::wall_clock clock;
    accounts::mark_account mark_account;
    world::mark_status mark_status;
    std::function<unsigned(const account&)> failures;  // in a row, so far
    account_guard& guard;
    std::function<void()> wake_guard;  // it may have something to read
};

/// Brings one ServiceAccount to what is wanted, as cell_reconciler does a Secret. Decides nothing itself: see
/// decide(), judge_refusal(), contention, deletion_guard.
class account_reconciler {
 public:
    explicit account_reconciler(account_services services)
        : services_(std::move(services)),
          writer_(services_.client),
          reader_(services_.client, services_.model),
          ledger_(account_ledger::services{.known = services_.known,
                                           .news = services_.news,
                                           .log = services_.log,
                                           .clock = services_.clock,
                                           .mark_account = services_.mark_account,
                                           .mark_status = services_.mark_status}) {}

    [[nodiscard]] boost::asio::awaitable<runtime::outcome> run(account at);

 private:
    [[nodiscard]] runtime::outcome give_up(const account_view& view, const kube::error& error, refusal why);
    [[nodiscard]] runtime::outcome cannot_read(const account_view& view,
                                               const kube::error& error,
                                               std::string_view cannot);
    [[nodiscard]] runtime::outcome contend(const account_view& view, runtime::outcome then);
    [[nodiscard]] runtime::duration pause_before_repair(const account_view& view,
                                                        bool just_written,
                                                        runtime::time_point now);
    [[nodiscard]] bool is_held_back(const account_view& view);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> confirm(account_view view);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> write(account_view view, account_plan decided);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_again(account at);
    [[nodiscard]] boost::asio::awaitable<std::optional<runtime::outcome>> refused(account_view view,
                                                                                  kube::error error);

    account_services services_;
    account_writer writer_;
    quorum_reader reader_;
    account_ledger ledger_;
    account_contention contention_;
};

}  // namespace reconcile
