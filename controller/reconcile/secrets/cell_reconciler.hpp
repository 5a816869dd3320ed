// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/safety/contention.hpp"
#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "reconcile/safety/refusal.hpp"
#include "reconcile/safety/repeat_limit.hpp"
#include "reconcile/secrets/secret_writer.hpp"
#include "reconcile/state/world.hpp"
#include "reconcile/status/announcer.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/queue/outcome.hpp"
#include "runtime/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace reconcile {

/// What the work on cells needs from the rest of the program; all of it outlives the workers.
struct cell_services {
    kube::client& client;
    world& model;
    announcer& news;
    const runtime::logger& log;
    runtime::counter_family& writes;  // labels: action, result
    runtime::wall_clock clock;
    world::mark_cell mark_cell;
    world::mark_status mark_status;
    std::function<unsigned(const cell&)> failures;  // in a row, so far
    deletion_guard& guard;
    std::function<void()> wake_guard;  // it may have something to read
};

/// Brings one cell to what is desired: looks, decides, carries out, until there is nothing to do or a person
/// or time must help. Decides nothing itself: see decide(), judge_refusal(), contention, deletion_guard.
class cell_reconciler {
 public:
    explicit cell_reconciler(cell_services services)
        : services_(std::move(services)),
          writer_(services_.client),
          reader_(services_.client, services_.model) {}

    [[nodiscard]] boost::asio::awaitable<runtime::outcome> run(cell at);

 private:
    [[nodiscard]] runtime::outcome settle(const cell_view& view, const plan& decided);
    [[nodiscard]] runtime::outcome give_up(const cell_view& view,
                                           const kube::error& error,
                                           const refusal& why);
    [[nodiscard]] runtime::duration pause_before_repair(const cell_view& view,
                                                        bool just_written,
                                                        runtime::time_point now);
    [[nodiscard]] runtime::outcome contend(const cell_view& view, runtime::outcome then);
    void spread_the_news(const std::string& healed);
    [[nodiscard]] bool is_held_back(const cell_view& view);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> write(cell_view view, action what);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> carry_out(cell_view view, plan decided);
    void mark_told(const cell& at) const;
    void fail(const cell_view& view, std::string_view reason, std::string message);
    void tell(const cell_view& view, const plan& decided);

    cell_services services_;
    secret_writer writer_;
    quorum_reader reader_;
    contention contention_;
    repeat_limit<std::string> spread_{std::chrono::seconds(1)};  // by reason: thousands heal together
};

}  // namespace reconcile
