// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/optional_watch_source.hpp"

#include <utility>

namespace reconcile {

namespace asio = boost::asio;

optional_watch_source::optional_watch_source(asio::any_io_executor executor,
                                             runtime::watch_source& source,
                                             std::function<bool()> is_needed,
                                             std::function<void(bool denied)> on_denied)
    : source_(source),
      is_needed_(std::move(is_needed)),
      on_denied_(std::move(on_denied)),
      due_(std::move(executor)) {}

asio::awaitable<void> optional_watch_source::wait() {
    const auto until = std::chrono::steady_clock::now() + ask_again_after;
    while (!stopped_ && !is_needed_() && std::chrono::steady_clock::now() < until)
        co_await due_.wait_until(until);
}

template <class Answer>
asio::awaitable<bool> optional_watch_source::must_ask_again(const kube::result<Answer>& answer) {
    const bool denied = answer.has_error() && answer.error().kind == kube::error_kind::forbidden;
    // Another error says nothing about RBAC.
    if (denied != denied_ && (denied || answer.has_value())) {
        denied_ = denied;
        on_denied_(denied);
    }
    if (!denied || is_needed_()) co_return false;
    co_await wait();
    co_return !stopped_;
}

asio::awaitable<kube::result<kube::list_page>> optional_watch_source::list(kube::list_options options) {
    for (;;) {
        auto answer = co_await source_.list(options);
        if (!co_await must_ask_again(answer)) co_return answer;
    }
}

asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> optional_watch_source::watch(
    kube::watch_options options) {
    for (;;) {
        auto answer = co_await source_.watch(options);
        if (!co_await must_ask_again(answer)) co_return answer;
    }
}

void optional_watch_source::stop() {
    stopped_ = true;
    due_.notify_all();
}

}  // namespace reconcile
