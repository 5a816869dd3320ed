// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/deadline_timer.hpp"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace net {

/// Shared with the timer's handler, which may still be queued after the deadline_timer is destroyed.
struct deadline_timer::state : std::enable_shared_from_this<state> {
    state(boost::asio::any_io_executor executor, std::function<void()> action)
        : timer(executor), on_expiry(std::move(action)) {}

    void wait() {
        waiting = true;
        timer.expires_at(deadline);
        timer.async_wait([self = shared_from_this()](boost::system::error_code) { self->on_wait_ended(); });
    }

    /// Also called when the wait was cancelled, to wait for an earlier deadline.
    void on_wait_ended() {
        waiting = false;
        if (deadline == time_point::max()) return;
        if (std::chrono::steady_clock::now() < deadline) {
            wait();
            return;
        }
        deadline = time_point::max();
        expired = true;
        on_expiry();
    }

    boost::asio::steady_timer timer;
    std::function<void()> on_expiry;
    time_point deadline = time_point::max();  // max: none
    bool waiting = false;
    bool expired = false;
};

deadline_timer::deadline_timer(boost::asio::any_io_executor executor, std::function<void()> on_expiry)
    : state_(std::make_shared<state>(std::move(executor), std::move(on_expiry))) {}

deadline_timer::~deadline_timer() {
    cancel();
}

void deadline_timer::expires_at(time_point deadline) {
    state_->deadline = deadline;
    if (deadline == time_point::max()) return;
    if (!state_->waiting) {
        state_->wait();
    } else if (deadline < state_->timer.expiry()) {
        state_->timer.cancel();
    }
}

void deadline_timer::stop() noexcept {
    state_->deadline = time_point::max();
}

void deadline_timer::cancel() {
    stop();
    state_->timer.cancel();
}

bool deadline_timer::expired() const noexcept {
    return state_->expired;
}

}  // namespace net
