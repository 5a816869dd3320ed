// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <utility>

namespace runtime {

/// What a reflector lists and watches.
class watch_source {
 public:
    virtual ~watch_source() = default;
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options options) = 0;
};

/// One scope of an API server. `client` must outlive it.
class client_watch_source final : public watch_source {
 public:
    client_watch_source(kube::client& client, kube::scope scope)
        : client_(client), scope_(std::move(scope)) {}
    [[nodiscard]] boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) override {
        return client_.list(scope_, std::move(options));
    }
    [[nodiscard]] boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options options) override {
        return client_.watch(scope_, std::move(options));
    }

 private:
    kube::client& client_;
    kube::scope scope_;
};

}  // namespace runtime
