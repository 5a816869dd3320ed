// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/task_group.hpp"

#include "runtime/wakeup.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <list>
#include <utility>

namespace runtime {

struct task_group::state {
    explicit state(boost::asio::any_io_executor ex) : executor(ex), changed(std::move(ex)) {}

    boost::asio::any_io_executor executor;
    std::list<boost::asio::cancellation_signal> signals;  // one for each task that runs
    wakeup changed;
    bool cancelled = false;
};

namespace {

void rethrow_unless_cancelled(const std::exception_ptr& fault, bool cancelled) {
    if (!fault) return;
    try {
        std::rethrow_exception(fault);
    } catch (const boost::system::system_error& e) {
        if (!cancelled || e.code() != boost::asio::error::operation_aborted) throw;
    }
}

}  // namespace

task_group::task_group(boost::asio::any_io_executor executor)
    : state_(std::make_shared<state>(std::move(executor))) {}

task_group::~task_group() = default;

void task_group::spawn(boost::asio::awaitable<void> task) {
    const auto own = state_->signals.emplace(state_->signals.end());
    const auto ended = [kept = state_, own](const std::exception_ptr& fault) {
        kept->signals.erase(own);
        kept->changed.notify_all();
        rethrow_unless_cancelled(fault, kept->cancelled);
    };
    boost::asio::co_spawn(
        state_->executor, std::move(task), boost::asio::bind_cancellation_slot(own->slot(), ended));
}

void task_group::cancel() {
    state_->cancelled = true;
    // A task may end, and leave the list, while its signal is emitted.
    for (auto each = state_->signals.begin(); each != state_->signals.end();) {
        (each++)->emit(boost::asio::cancellation_type::terminal);
    }
}

boost::asio::awaitable<bool> task_group::join(duration limit) {
    const auto kept = state_;
    const time_point end = std::chrono::steady_clock::now() + limit;
    while (!kept->signals.empty() && std::chrono::steady_clock::now() < end)
        co_await kept->changed.wait_until(end);
    const bool ended = kept->signals.empty();
    co_return ended;
}

std::size_t task_group::running() const noexcept {
    return state_->signals.size();
}

}  // namespace runtime
