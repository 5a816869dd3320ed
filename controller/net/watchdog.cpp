// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/watchdog.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace net {

/// Shared with the timer's handler, which may still be queued when the watchdog is gone.
struct watchdog::state : std::enable_shared_from_this<state> {
    state(boost::asio::any_io_executor executor, std::function<void()> action)
        : timer(executor), bark(std::move(action)) {}

    void wait() {
        waiting = true;
        timer.expires_at(deadline);
        timer.async_wait([self = shared_from_this()](boost::system::error_code) { self->wake(); });
    }

    /// Also called when the wait was cancelled, to start another one for an earlier deadline.
    void wake() {
        waiting = false;
        if (deadline == time_point::max()) return;
        if (std::chrono::steady_clock::now() < deadline) {
            wait();
            return;
        }
        deadline = time_point::max();
        barked = true;
        bark();
    }

    boost::asio::steady_timer timer;
    std::function<void()> bark;
    time_point deadline = time_point::max();  // max: none
    bool waiting = false;
    bool barked = false;
};

watchdog::watchdog(boost::asio::any_io_executor executor, std::function<void()> bark)
    : state_(std::make_shared<state>(std::move(executor), std::move(bark))) {}

watchdog::~watchdog() {
    retire();
}

void watchdog::expect_by(time_point deadline) {
    state_->deadline = deadline;
    if (deadline == time_point::max()) return;
    if (!state_->waiting) {
        state_->wait();
    } else if (deadline < state_->timer.expiry()) {
        state_->timer.cancel();
    }
}

void watchdog::stop() noexcept {
    state_->deadline = time_point::max();
}

void watchdog::retire() {
    stop();
    state_->timer.cancel();
}

bool watchdog::barked() const noexcept {
    return state_->barked;
}

}  // namespace net
