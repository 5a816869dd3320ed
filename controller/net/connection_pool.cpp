// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/connection_pool.hpp"

#include <utility>

namespace net {

using clock = std::chrono::steady_clock;

connection_pool::connection_pool(boost::asio::any_io_executor executor,
                                 endpoint server,
                                 const http_limits& limits)
    : executor_(executor),
      server_(std::move(server)),
      limits_(limits),
      addresses_(executor, server_.host, server_.port),
      idle_(limits.idle),
      sweeper_(executor, [this] { sweep(); }) {}

result<void> connection_pool::use(const tls_config& config) {
    auto context = tls_context::make(config);
    if (!context) return context.error();
    context_ = *std::move(context);
    ++generation_;
    idle_.clear();
    return {};
}

std::optional<pooled_connection> connection_pool::take_idle() {
    while (auto idle = idle_.take()) {
        if (idle->link->quiet()) return idle;
    }
    return std::nullopt;
}

boost::asio::awaitable<result<pooled_connection>> connection_pool::connect(time_point until) {
    if (closed_) co_return closed_error();
    if (!context_) co_return error{failure::tls, server_.authority() + ": no certificates were loaded"};
    pooled_connection made{std::make_shared<connection>(executor_, *context_, server_), generation_};
    std::erase_if(links_, [](const auto& link) { return link.expired(); });
    links_.push_back(made.link);
    const auto opened = co_await made.link->open(addresses_, limits_, until);
    if (!opened) co_return opened.error();
    co_return made;
}

void connection_pool::park(pooled_connection connection) {
    if (closed_ || connection.generation != generation_) return;
    idle_.put(std::move(connection), clock::now());
    sweep();
}

void connection_pool::sweep() {
    idle_.expire(clock::now());
    if (const auto next = idle_.next_expiry()) sweeper_.expect_by(*next);
}

void connection_pool::close() {
    closed_ = true;
    sweeper_.retire();
    idle_.clear();
    for (const auto& link : links_) {
        if (const auto open = link.lock()) open->abort();
    }
}

error connection_pool::closed_error() const {
    return {failure::cancelled, server_.authority() + ": the client is closed"};
}

}  // namespace net
