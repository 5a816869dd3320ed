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
    std::list<boost::asio::cancellation_signal> signals;  // one for each running task
    wakeup changed;
    bool cancelled = false;
};

namespace {

void rethrow_unless_cancelled(const std::exception_ptr& exception, bool cancelled) {
    if (!exception) return;
    try {
        std::rethrow_exception(exception);
    } catch (const boost::system::system_error& e) {
        if (!cancelled || e.code() != boost::asio::error::operation_aborted) throw;
    }
}

}  // namespace

task_group::task_group(boost::asio::any_io_executor executor)
    : state_(std::make_shared<state>(std::move(executor))) {}

task_group::~task_group() = default;

void task_group::spawn(boost::asio::awaitable<void> task) {
    const auto signal = state_->signals.emplace(state_->signals.end());
    const auto ended = [state = state_, signal](const std::exception_ptr& exception) {
        state->signals.erase(signal);
        state->changed.notify_all();
        rethrow_unless_cancelled(exception, state->cancelled);
    };
    boost::asio::co_spawn(
        state_->executor, std::move(task), boost::asio::bind_cancellation_slot(signal->slot(), ended));
}

void task_group::cancel() {
    state_->cancelled = true;
    // A task may end, and erase its signal, during emit().
    for (auto each = state_->signals.begin(); each != state_->signals.end();) {
        (each++)->emit(boost::asio::cancellation_type::terminal);
    }
}

boost::asio::awaitable<bool> task_group::join(duration timeout) {
    const auto state = state_;
    const time_point deadline = std::chrono::steady_clock::now() + timeout;
    while (!state->signals.empty() && std::chrono::steady_clock::now() < deadline)
        co_await state->changed.wait_until(deadline);
    const bool ended = state->signals.empty();
    co_return ended;
}

std::size_t task_group::running() const noexcept {
    return state_->signals.size();
}

}  // namespace runtime
