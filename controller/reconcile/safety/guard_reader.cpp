// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/guard_reader.hpp"

#include <chrono>
#include <utility>

namespace reconcile {

namespace {

runtime::time_point now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

template <class Guard, class Key>
basic_guard_reader<Guard, Key>::basic_guard_reader(boost::asio::any_io_executor executor,
                                                   kube::client& client,
                                                   world& model,
                                                   Guard& guard,
                                                   const runtime::logger& log,
                                                   std::string what,
                                                   std::function<void(const Key&, runtime::lane)> mark)
    : guard_(guard),
      reader_(client, model),
      log_(log),
      what_(std::move(what)),
      mark_(std::move(mark)),
      due_(std::move(executor)) {}

template <class Guard, class Key>
boost::asio::awaitable<void> basic_guard_reader<Guard, Key>::run() {
    while (!stopped_) {
        if (guard_.next_read() <= now()) {
            co_await read();
        } else {
            co_await due_.wait_until(guard_.next_read());
        }
    }
}

template <class Guard, class Key>
boost::asio::awaitable<void> basic_guard_reader<Guard, Key>::read() {
    log_.warn("much would be taken away though no spec has changed: everything is read anew",
              {{"what", what_}, {"held", guard_.held()}});
    guard_.begin_read();
    const auto done = co_await reader_.read_everything();
    if (done.has_error()) {
        log_.warn("the read failed, it is tried again", {{"error", kube::public_message(done.error())}});
        guard_.read_failed(now());
        co_return;
    }
    const auto free = guard_.read(now());
    if (!free.empty())
        log_.warn("two reads agree, so it is taken away", {{"what", what_}, {"count", free.size()}});
    for (const auto& key : free)
        mark_(key, runtime::lane::bulk);
}

template <class Guard, class Key>
void basic_guard_reader<Guard, Key>::stop() {
    stopped_ = true;
    due_.notify_all();
}

template class basic_guard_reader<deletion_guard, cell>;
template class basic_guard_reader<account_guard, runtime::object_key>;

}  // namespace reconcile
