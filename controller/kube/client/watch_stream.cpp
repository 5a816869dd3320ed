// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/client.hpp"
#include "kube/client/status_error.hpp"

#include <utility>

namespace kube {

watch_stream::watch_stream(std::unique_ptr<net::response_stream> bytes,
                           std::chrono::milliseconds silence,
                           std::string kind)
    : bytes_(std::move(bytes)), silence_(silence), kind_(std::move(kind)) {}

boost::asio::awaitable<result<watch_event>> watch_stream::next() {
    for (;;) {
        auto event = decoder_.next();
        if (!event) co_return event.error();
        if (event->has_value()) {
            auto& found = **event;
            if (found.type != watch_event_type::bookmark && string_at(found.object, "kind") != kind_) {
                co_return malformed("the watch brought an object that is not a " + kind_);
            }
            co_return std::move(found);
        }
        const auto more = co_await bytes_->read_some(silence_);
        if (!more) co_return error_from_net(more.error(), access::read);
        decoder_.feed(*more);
    }
}

}  // namespace kube
