// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <utility>

namespace runtime {

/// Events as they come: kube::watch_stream, or a script in a test.
class event_stream {
 public:
    virtual ~event_stream() = default;
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<kube::watch_event>> next() = 0;
};

/// What a reflector asks the API server for.
class watch_source {
 public:
    virtual ~watch_source() = default;
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<std::unique_ptr<event_stream>>> watch(
        kube::watch_options options) = 0;
};

/// One scope of a real API server; `client` must outlive it.
class client_watch_source final : public watch_source {
 public:
    client_watch_source(kube::client& client, kube::scope what) : client_(client), what_(std::move(what)) {}
    [[nodiscard]] boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) override;
    [[nodiscard]] boost::asio::awaitable<kube::result<std::unique_ptr<event_stream>>> watch(
        kube::watch_options options) override;

 private:
    kube::client& client_;
    kube::scope what_;
};

}  // namespace runtime
