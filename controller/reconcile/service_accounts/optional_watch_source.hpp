// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/cache/reflector.hpp"
#include "runtime/time.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace reconcile {

/// The source of a watch that RBAC need not allow. While the watch is not needed, a denial (403) is not a
/// failure: the call does not return, and retries when the watch is needed or after a long time. While the
/// watch is needed, the denial is returned like any other response.
class optional_watch_source final : public runtime::watch_source {
 public:
    static constexpr runtime::duration ask_again_after = std::chrono::minutes(10);

    /// `is_needed`: whether the watch is needed now. `on_denied`: called when the watch becomes denied or
    /// allowed. `source` outlives this.
    optional_watch_source(boost::asio::any_io_executor executor,
                          runtime::watch_source& source,
                          std::function<bool()> is_needed,
                          std::function<void(bool denied)> on_denied);

    [[nodiscard]] boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) override;
    [[nodiscard]] boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options options) override;

    /// To be called when is_needed() may have changed.
    void wake() { due_.notify_all(); }
    /// A call that waits returns the denial.
    void stop();

 private:
    template <class Answer>
    [[nodiscard]] boost::asio::awaitable<bool> must_ask_again(const kube::result<Answer>& answer);
    [[nodiscard]] boost::asio::awaitable<void> wait();

    runtime::watch_source& source_;
    std::function<bool()> is_needed_;
    std::function<void(bool)> on_denied_;
    runtime::wakeup due_;
    bool denied_ = false;
    bool stopped_ = false;
};

}  // namespace reconcile
