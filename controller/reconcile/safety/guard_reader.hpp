// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/deletion_approvals.hpp"
#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "runtime/log/log.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>

namespace reconcile {

/// Lists everything again when a deletion guard asks for it, or looks for approvals, and queues what may be
/// deleted. It decides nothing itself. What it is given by reference outlives it; `kind` is the kind of the
/// held objects, for the log.
class guard_reader {
 public:
    guard_reader(boost::asio::any_io_executor executor,
                 kube::client& client,
                 cluster_state& state,
                 deletion_guard& guard,
                 runtime::object_queue& queue,
                 const runtime::logger& log,
                 std::string kind);

    /// What is held waits until it is approved. `results` are those for the objects. Both outlive this.
    void require_approval(deletion_approvals& approvals, const result_table& results);

    [[nodiscard]] boost::asio::awaitable<void> run();
    /// The guard may have something to read.
    void wake() { due_.notify_all(); }
    void stop();

 private:
    [[nodiscard]] boost::asio::awaitable<void> read();
    void look_for_approval();

    cluster_state& state_;
    deletion_guard& guard_;
    runtime::object_queue& queue_;
    quorum_reader reader_;
    const runtime::logger& log_;
    std::string kind_;
    runtime::wakeup due_;
    deletion_approvals* approvals_ = nullptr;  // null: none is needed
    const result_table* results_ = nullptr;
    bool stopped_ = false;
};

}  // namespace reconcile
