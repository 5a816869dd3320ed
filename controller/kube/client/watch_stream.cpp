// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/watch_stream.hpp"

#include "kube/client/response.hpp"

#include <utility>

namespace kube {

namespace {

constexpr std::chrono::seconds bookmark_timeout{90};
constexpr std::chrono::seconds watch_end_grace{15};

}  // namespace

std::chrono::seconds watch_idle_timeout(const resource& resource,
                                        std::chrono::seconds watch_timeout) noexcept {
    return resource.bookmarks ? bookmark_timeout : watch_timeout + watch_end_grace;
}

watch_stream::watch_stream(std::unique_ptr<net::response_stream> response,
                           std::chrono::milliseconds idle_timeout,
                           std::string kind)
    : response_(std::move(response)), idle_timeout_(idle_timeout), kind_(std::move(kind)) {}

boost::asio::awaitable<result<watch_event>> watch_stream::next() {
    for (;;) {
        auto event = decoder_.next();
        if (!event) co_return event.error();
        if (event->has_value()) {
            auto& found = **event;
            if (found.type != watch_event_type::bookmark && string_at(found.object, "kind") != kind_) {
                co_return malformed("watch event: the object is not a " + kind_);
            }
            co_return std::move(found);
        }
        const auto bytes = co_await response_->read_some(idle_timeout_);
        if (!bytes) co_return error_from_net(bytes.error());
        decoder_.feed(*bytes);
    }
}

}  // namespace kube
