// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/patient_source.hpp"

#include <utility>

namespace reconcile {

namespace asio = boost::asio;

patient_source::patient_source(asio::any_io_executor executor,
                               runtime::watch_source& from,
                               std::function<bool()> needed,
                               std::function<void(bool denied)> told)
    : from_(from), needed_(std::move(needed)), told_(std::move(told)), due_(std::move(executor)) {}

asio::awaitable<void> patient_source::wait() {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!stopped_ && !needed_() && std::chrono::steady_clock::now() < until)
        co_await due_.wait_until(until);
}

template <class Answer>
asio::awaitable<bool> patient_source::is_for_later(const kube::result<Answer>& answer) {
    const bool denied = answer.has_error() && answer.error().kind == kube::error_kind::forbidden;
    // Another failure tells nothing of the rights.
    if (denied != denied_ && (denied || answer.has_value())) {
        denied_ = denied;
        told_(denied);
    }
    if (!denied || needed_()) co_return false;
    co_await wait();
    co_return !stopped_;
}

asio::awaitable<kube::result<kube::list_page>> patient_source::list(kube::list_options options) {
    for (;;) {
        auto answer = co_await from_.list(options);
        if (!co_await is_for_later(answer)) co_return answer;
    }
}

asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> patient_source::watch(
    kube::watch_options options) {
    for (;;) {
        auto answer = co_await from_.watch(options);
        if (!co_await is_for_later(answer)) co_return answer;
    }
}

void patient_source::stop() {
    stopped_ = true;
    due_.notify_all();
}

}  // namespace reconcile
