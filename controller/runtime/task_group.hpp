// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>

namespace runtime {

/// The long-running tasks of a process, which can be joined before it exits. An exception of a task is a
/// programming error and leaves io_context::run(), except for the operation_aborted that cancel() causes.
class task_group {
 public:
    explicit task_group(boost::asio::any_io_executor executor);
    ~task_group();
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    void spawn(boost::asio::awaitable<void> task);
    /// Cancels the operation that each task waits for. Only on the executor's thread.
    void cancel();
    /// Waits for all tasks. False if they take longer than `timeout`.
    [[nodiscard]] boost::asio::awaitable<bool> join(duration timeout);
    [[nodiscard]] std::size_t running() const noexcept;

 private:
    struct state;
    std::shared_ptr<state> state_;  // shared with tasks that outlive the group
};

}  // namespace runtime
