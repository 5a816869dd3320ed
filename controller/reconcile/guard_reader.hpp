// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/deletion_guard.hpp"
#include "reconcile/quorum_reader.hpp"
#include "reconcile/world.hpp"
#include "runtime/log.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace reconcile {

/// Reads everything anew when the deletion guard asks for it, and has the cells that may go looked at again.
/// Decides nothing itself. What it is given outlives it.
class guard_reader {
 public:
    guard_reader(boost::asio::any_io_executor executor,
                 kube::client& client,
                 world& model,
                 deletion_guard& guard,
                 const runtime::logger& log,
                 world::mark_cell mark);

    [[nodiscard]] boost::asio::awaitable<void> run();
    /// The guard may have something to read.
    void wake() { due_.notify_all(); }
    void stop();

 private:
    [[nodiscard]] boost::asio::awaitable<void> read();

    deletion_guard& guard_;
    quorum_reader reader_;
    const runtime::logger& log_;
    world::mark_cell mark_;
    runtime::wakeup due_;
    bool stopped_ = false;
};

}  // namespace reconcile
