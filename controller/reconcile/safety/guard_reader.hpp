// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "reconcile/state/world.hpp"
#include "runtime/log/log.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace reconcile {

/// Reads everything anew when a deletion guard asks for it, and has what may go looked at again. Decides
/// nothing itself. What it is given outlives it; `what` is what the guard holds back, for the log.
template <class Guard, class Key>
class basic_guard_reader {
 public:
    basic_guard_reader(boost::asio::any_io_executor executor,
                       kube::client& client,
                       world& model,
                       Guard& guard,
                       const runtime::logger& log,
                       std::string what,
                       std::function<void(const Key&, runtime::lane)> mark);

    [[nodiscard]] boost::asio::awaitable<void> run();
    /// The guard may have something to read.
    void wake() { due_.notify_all(); }
    void stop();

 private:
    [[nodiscard]] boost::asio::awaitable<void> read();

    Guard& guard_;
    quorum_reader reader_;
    const runtime::logger& log_;
    std::string what_;
    std::function<void(const Key&, runtime::lane)> mark_;
    runtime::wakeup due_;
    bool stopped_ = false;
};

using guard_reader = basic_guard_reader<deletion_guard, cell>;
using account_guard_reader = basic_guard_reader<account_guard, runtime::object_key>;

}  // namespace reconcile
