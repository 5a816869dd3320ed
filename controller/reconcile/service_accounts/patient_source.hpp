// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/cache/watch_source.hpp"
#include "runtime/time.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace reconcile {

/// What a watch asks for that an install need not allow. While nobody needs it, a denial (403) is no failure:
/// the request is not answered, and asked again when somebody needs it, or after a long time. When somebody
/// does, the denial is an answer like any other.
class patient_source final : public runtime::watch_source {
 public:
    static constexpr runtime::duration patience = std::chrono::minutes(10);

    /// `needed`: whether somebody needs it now. `told`: whether it is denied has changed. `from` outlives
    /// this.
    patient_source(boost::asio::any_io_executor executor,
                   runtime::watch_source& from,
                   std::function<bool()> needed,
                   std::function<void(bool denied)> told);

    [[nodiscard]] boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) override;
    [[nodiscard]] boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options options) override;

    /// Whether somebody needs it may have changed.
    void wake() { due_.notify_all(); }
    /// What waits is answered with the denial.
    void stop();

 private:
    template <class Answer>
    [[nodiscard]] boost::asio::awaitable<bool> is_for_later(const kube::result<Answer>& answer);
    [[nodiscard]] boost::asio::awaitable<void> wait();

    runtime::watch_source& from_;
    std::function<bool()> needed_;
    std::function<void(bool)> told_;
    runtime::wakeup due_;
    bool denied_ = false;
    bool stopped_ = false;
};

}  // namespace reconcile
