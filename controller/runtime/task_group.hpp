// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>

namespace runtime {

/// The long tasks of a process, so that its end can wait for them. A task's exception is a programming error
/// and leaves io_context::run(), save the operation_aborted that cancel() makes.
class task_group {
 public:
    explicit task_group(boost::asio::any_io_executor executor);
    ~task_group();
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    void spawn(boost::asio::awaitable<void> task);
    /// Ends what each task waits for; a task that can, tidies up and ends. On the executor's thread only.
    void cancel();
    /// True when all tasks have ended, false when they have not within `limit`.
    [[nodiscard]] boost::asio::awaitable<bool> join(duration limit);
    [[nodiscard]] std::size_t running() const noexcept;

 private:
    struct state;
    std::shared_ptr<state> state_;  // shared with tasks that end after the group
};

}  // namespace runtime
