// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "runtime/cache/watch_source.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// One answer of the scripted server: an error, a page, or a stream of events that ends in an error.
struct answer {
    std::optional<kube::error> refused;
    kube::list_page page;
    std::vector<kube::watch_event> events;
    kube::error end{kube::error_kind::stream_ended, "the stream ended"};
    std::function<void()> before;  // called before it is given
};

/// Gives the answers of a script in turn and says it is closed when there are none left. Keeps what it was
/// asked.
class scripted_watch final : public runtime::watch_source {
 public:
    std::deque<answer> script;
    std::vector<std::string> asked;

    boost::asio::awaitable<kube::result<kube::list_page>> list(kube::list_options options) override {
        asked.push_back(fmt::format("list rv={} continue={} limit={}",
                                    options.resource_version,
                                    options.continue_token,
                                    options.limit));
        answer next = take();
        if (next.refused) co_return *next.refused;
        co_return std::move(next.page);
    }

    boost::asio::awaitable<kube::result<std::unique_ptr<runtime::event_stream>>> watch(
        kube::watch_options options) override {
        asked.push_back(fmt::format("{} rv={} timeout={}",
                                    options.send_initial_events ? "stream" : "watch",
                                    options.resource_version,
                                    options.timeout.count()));
        answer next = take();
        if (next.refused) co_return *next.refused;
        co_return std::make_unique<stream>(std::move(next));
    }

 private:
    class stream final : public runtime::event_stream {
     public:
        explicit stream(answer plays) : plays_(std::move(plays)) {}
        boost::asio::awaitable<kube::result<kube::watch_event>> next() override {
            if (position_ == plays_.events.size()) co_return plays_.end;
            co_return plays_.events[position_++];
        }

     private:
        answer plays_;
        std::size_t position_ = 0;
    };

    answer take() {
        if (script.empty()) {
            answer closed;
            closed.refused = kube::error(kube::error_kind::cancelled, "closed");
            return closed;
        }
        answer next = std::move(script.front());
        script.pop_front();
        if (next.before) next.before();
        return next;
    }
};

}  // namespace test
