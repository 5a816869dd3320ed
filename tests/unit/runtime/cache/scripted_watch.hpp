// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "net/http_client.hpp"
#include "runtime/cache/reflector.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// One response of the scripted server: an error, a page, or the lines of a stream and its end.
struct response {
    std::optional<kube::error> error;
    kube::list_page page;
    std::vector<std::string> lines;
    net::failure end = net::failure::ended;
    std::function<void()> before;      // called before the response is given
    std::function<bool()> open_until;  // a stream stays open after its last line until this is true
};

/// The bytes of a watch: one line at each read, then the end.
class scripted_stream final : public net::response_stream {
 public:
    explicit scripted_stream(response script) : script_(std::move(script)) {}
    [[nodiscard]] const net::response& head() const noexcept override { return head_; }
    [[nodiscard]] boost::asio::awaitable<net::result<std::string_view>> read_some(
        std::chrono::milliseconds) override {
        if (position_ < script_.lines.size()) co_return std::string_view(script_.lines[position_++]);
        while (script_.open_until && !script_.open_until()) {
            co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
        }
        co_return net::error(script_.end, "the stream ended");
    }

 private:
    response script_;
    net::response head_;
    std::size_t position_ = 0;
};

/// Gives the responses of a script in turn, and is closed when none are left. Keeps the requests.
class scripted_watch final : public runtime::watch_source {
 public:
    static constexpr const char* kind = "Thing";

    std::deque<response> script;
    std::vector<std::string> requests;

    boost::asio::awaitable<kube::result<kube::list_page>> list(kube::list_options options) override {
        requests.push_back(fmt::format("list rv={} continue={} limit={}",
                                       options.resource_version,
                                       options.continue_token,
                                       options.limit));
        response next = take();
        if (next.error) co_return *next.error;
        co_return std::move(next.page);
    }

    boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options options) override {
        requests.push_back(fmt::format("{} rv={} timeout={}",
                                       options.send_initial_events ? "stream" : "watch",
                                       options.resource_version,
                                       options.timeout.count()));
        response next = take();
        if (next.error) co_return *next.error;
        co_return std::make_unique<kube::watch_stream>(
            std::make_unique<scripted_stream>(std::move(next)), std::chrono::milliseconds{0}, kind);
    }

 private:
    response take() {
        if (script.empty()) {
            response closed;
            closed.error = kube::error(kube::error_kind::cancelled, "closed");
            return closed;
        }
        response next = std::move(script.front());
        script.pop_front();
        if (next.before) next.before();
        return next;
    }
};

}  // namespace test
