// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/object_key.hpp"
#include "runtime/queue/outcome.hpp"
#include "runtime/queue/work_queue.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <utility>

namespace runtime {

/// A work queue and the coroutines that work on it: never two on one key. After the work, the rule of
/// controller-runtime: done forgets the key's failures; requeue_after forgets them and adds the key after the
/// delay; retry adds it after its back-off; both with the priority it had. Must outlive its workers: that is
/// until stop() has answered true, or its io_context is destroyed. A worker's exception is a programming
/// error and leaves io_context::run().
template <class Key, class Hash = std::hash<Key>>
class worker_pool {
 public:
    using work = std::function<boost::asio::awaitable<outcome>(Key)>;

    worker_pool(boost::asio::any_io_executor executor, retry_policy retry)
        : executor_(executor), queue_(std::move(retry)), ready_(executor), ended_(executor) {}
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    /// Starts that many workers, which call `reconcile` for each key. Keys may be added before. `reserved` of
    /// them never work on bulk keys, see work_queue::reserve().
    void start(std::size_t workers, work reconcile, std::size_t reserved = 0);

    /// The work never begins inside these calls.
    void add(const Key& key, priority level = priority::normal);
    void add_after(const Key& key, duration delay, priority level = priority::normal);

    /// No key is taken from now on; true when all that runs has ended, false when it has not within `limit`.
    [[nodiscard]] boost::asio::awaitable<bool> stop(duration limit);

    [[nodiscard]] const work_queue<Key, Hash>& queue() const noexcept { return queue_; }
    [[nodiscard]] work_queue<Key, Hash>& queue() noexcept { return queue_; }

 private:
    static constexpr duration longest_turn = std::chrono::milliseconds(2);

    using taken = typename work_queue<Key, Hash>::taken;

    static time_point now() { return std::chrono::steady_clock::now(); }
    [[nodiscard]] boost::asio::awaitable<void> worker();
    [[nodiscard]] boost::asio::awaitable<void> work_on(taken item);
    void finish(const taken& item, const outcome& result);
    void wake_for_earlier();

    boost::asio::any_io_executor executor_;
    work_queue<Key, Hash> queue_;
    work work_;
    wakeup ready_;  // idle workers wait here until the queue's next_wakeup()
    wakeup ended_;
    std::size_t workers_ = 0;
};

template <class Key, class Hash>
void worker_pool<Key, Hash>::start(std::size_t workers, work reconcile, std::size_t reserved) {
    work_ = std::move(reconcile);
    if (reserved > 0) queue_.reserve(workers, reserved);
    for (std::size_t i = 0; i < workers; ++i) {
        ++workers_;
        const auto ended = [this](const std::exception_ptr& fault) {
            --workers_;
            ended_.notify_all();
            if (fault) std::rethrow_exception(fault);
        };
        boost::asio::co_spawn(executor_, worker(), ended);
    }
}

template <class Key, class Hash>
void worker_pool<Key, Hash>::add(const Key& key, priority level) {
    queue_.add(key, level, now());
    ready_.notify_one();
}

template <class Key, class Hash>
void worker_pool<Key, Hash>::add_after(const Key& key, duration delay, priority level) {
    queue_.add_after(key, delay, level, now());
    wake_for_earlier();
}

template <class Key, class Hash>
boost::asio::awaitable<bool> worker_pool<Key, Hash>::stop(duration limit) {
    queue_.shut_down();
    ready_.notify_all();
    const time_point end = now() + limit;
    while (workers_ > 0 && now() < end)
        co_await ended_.wait_until(end);
    co_return workers_ == 0;
}

template <class Key, class Hash>
boost::asio::awaitable<void> worker_pool<Key, Hash>::worker() {
    time_point since = now();
    while (!queue_.shutting_down()) {
        auto next = queue_.take(now());
        if (!next) {
            co_await ready_.wait_until(queue_.next_wakeup(now()).value_or(time_point::max()));
            since = now();
            continue;
        }
        co_await work_on(std::move(*next));
        // Work that found nothing to do has not waited for anything: the loop has others to serve.
        if (now() - since < longest_turn) continue;
        co_await boost::asio::post(executor_, boost::asio::use_awaitable);
        since = now();
    }
}

template <class Key, class Hash>
boost::asio::awaitable<void> worker_pool<Key, Hash>::work_on(taken item) {
    const time_point begin = now();
    const outcome result = co_await work_(item.key);
    queue_.worked(now() - begin);
    finish(item, result);
}

template <class Key, class Hash>
void worker_pool<Key, Hash>::finish(const taken& item, const outcome& result) {
    switch (result.kind()) {
        case outcome_kind::done:
            queue_.forget(item.key);
            break;
        case outcome_kind::requeue_after:
            queue_.forget(item.key);
            queue_.add_after(item.key, result.delay(), item.level, now());
            break;
        case outcome_kind::retry:
            queue_.add_rate_limited(item.key, item.level, result.delay(), now());
            break;
    }
    if (result.is_settled()) {
        queue_.settle(item.key);
    } else {
        queue_.done(item.key);
    }
    wake_for_earlier();
}

/// This worker goes on with what is ready; the idle ones must not sleep past a delay that has become the
/// shortest.
template <class Key, class Hash>
void worker_pool<Key, Hash>::wake_for_earlier() {
    const auto next = queue_.next_wakeup(now());
    if (next && *next < ready_.deadline()) ready_.notify_all();
}

/// Objects of one type that must be reconciled, and the workers that do it.
using object_queue = worker_pool<object_key, object_key_hash>;

extern template class work_queue<object_key, object_key_hash>;
extern template class worker_pool<object_key, object_key_hash>;

}  // namespace runtime
