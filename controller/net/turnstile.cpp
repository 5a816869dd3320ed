// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/turnstile.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace net {

/// Gives the place in the line up, however the waiting ends, a destroyed coroutine included.
class turnstile::place_in_line {
 public:
    place_in_line(turnstile& owner, time_point deadline)
        : owner_(owner), place_(owner.line_.emplace(owner.line_.end(), owner.executor_, deadline)) {}
    ~place_in_line() {
        const bool unused = place_->admitted && !taken_;
        owner_.line_.erase(place_);
        if (unused) owner_.leave();
    }
    place_in_line(const place_in_line&) = delete;
    place_in_line& operator=(const place_in_line&) = delete;

    [[nodiscard]] boost::asio::steady_timer& wake() noexcept { return place_->wake; }
    [[nodiscard]] bool take() noexcept { return taken_ = place_->admitted; }

 private:
    turnstile& owner_;
    std::list<visitor>::iterator place_;
    bool taken_ = false;
};

turnstile::turnstile(boost::asio::any_io_executor executor, std::size_t places)
    : executor_(std::move(executor)), free_(places) {}

boost::asio::awaitable<turnstile::outcome> turnstile::enter(time_point deadline) {
    if (closed_) co_return outcome::closed;
    if (free_ > 0) {
        --free_;
        co_return outcome::entered;
    }
    place_in_line place(*this, deadline);
    const auto [cancelled] =
        co_await place.wake().async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (closed_) co_return outcome::closed;
    if (place.take()) co_return outcome::entered;
    // Woken by neither leave() nor close(): the coroutine itself was cancelled, or the deadline passed.
    co_return cancelled ? outcome::closed : outcome::timed_out;
}

void turnstile::leave() {
    for (auto& visitor : line_) {
        if (visitor.admitted) continue;
        visitor.admitted = true;
        visitor.wake.cancel();
        return;
    }
    ++free_;
}

void turnstile::close() {
    closed_ = true;
    for (auto& visitor : line_)
        visitor.wake.cancel();
}

}  // namespace net
