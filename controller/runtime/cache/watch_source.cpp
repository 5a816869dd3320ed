// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/watch_source.hpp"

namespace runtime {

namespace {

class client_event_stream final : public event_stream {
 public:
    explicit client_event_stream(std::unique_ptr<kube::watch_stream> stream) : stream_(std::move(stream)) {}
    [[nodiscard]] boost::asio::awaitable<kube::result<kube::watch_event>> next() override {
        return stream_->next();
    }

 private:
    std::unique_ptr<kube::watch_stream> stream_;
};

}  // namespace

boost::asio::awaitable<kube::result<kube::list_page>> client_watch_source::list(kube::list_options options) {
    return client_.list(what_, std::move(options));
}

boost::asio::awaitable<kube::result<std::unique_ptr<event_stream>>> client_watch_source::watch(
    kube::watch_options options) {
    auto opened = co_await client_.watch(what_, std::move(options));
    if (!opened) co_return opened.error();
    co_return std::make_unique<client_event_stream>(std::move(*opened));
}

}  // namespace runtime
