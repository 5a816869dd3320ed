// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/async_semaphore.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace net {

/// Leaves the queue however the waiting ends, even with the coroutine's destruction, and releases a permit
/// that was granted and not taken.
class async_semaphore::queue_entry {
 public:
    queue_entry(async_semaphore& owner, time_point deadline)
        : owner_(owner), waiter_(owner.waiters_.emplace(owner.waiters_.end(), owner.executor_, deadline)) {}
    ~queue_entry() {
        const bool unused = waiter_->granted && !taken_;
        owner_.waiters_.erase(waiter_);
        if (unused) owner_.release();
    }
    queue_entry(const queue_entry&) = delete;
    queue_entry& operator=(const queue_entry&) = delete;

    [[nodiscard]] boost::asio::steady_timer& timer() noexcept { return waiter_->timer; }
    [[nodiscard]] bool take() noexcept { return taken_ = waiter_->granted; }

 private:
    async_semaphore& owner_;
    std::list<waiter>::iterator waiter_;
    bool taken_ = false;
};

async_semaphore::async_semaphore(boost::asio::any_io_executor executor, std::size_t permits)
    : executor_(std::move(executor)), available_(permits) {}

boost::asio::awaitable<async_semaphore::outcome> async_semaphore::acquire(time_point deadline) {
    if (closed_) co_return outcome::closed;
    if (available_ > 0) {
        --available_;
        co_return outcome::acquired;
    }
    queue_entry entry(*this, deadline);
    const auto [ec] = co_await entry.timer().async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (closed_) co_return outcome::closed;
    if (entry.take()) co_return outcome::acquired;
    // Neither release() nor close() woke it: the coroutine was cancelled, or the deadline passed.
    co_return ec ? outcome::closed : outcome::timed_out;
}

void async_semaphore::release() {
    for (auto& waiter : waiters_) {
        if (waiter.granted) continue;
        waiter.granted = true;
        waiter.timer.cancel();
        return;
    }
    ++available_;
}

void async_semaphore::close() {
    closed_ = true;
    for (auto& waiter : waiters_)
        waiter.timer.cancel();
}

}  // namespace net
