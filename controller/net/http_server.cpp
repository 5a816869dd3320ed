// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"

#include "net/deadline_timer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <fmt/format.h>

#include <chrono>
#include <list>
#include <optional>
#include <string_view>
#include <utility>

namespace net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t header_bytes = 8U * 1024;
constexpr std::size_t max_sessions = 32;
constexpr std::chrono::milliseconds accept_retry_delay{100};

/// One connection, for one request: a probe every ten seconds does not need keep-alive.
struct session {
    session(tcp::socket accepted, const asio::any_io_executor& executor)
        : socket(std::move(accepted)), timer(executor, [this] { close(); }) {}

    void close() noexcept {
        error_code ignored;
        socket.close(ignored);
    }

    tcp::socket socket;
    deadline_timer timer;
    boost::beast::flat_static_buffer<header_bytes> received;
};

server_response error_response(unsigned status, std::string_view text) {
    server_response response;
    response.status = status;
    response.body = text;
    return response;
}

std::string serialize(const server_response& response, bool with_body) {
    const auto reason = http::obsolete_reason(http::int_to_status(response.status));
    auto text = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: "
        "close\r\n"
        "{}\r\n",
        response.status,
        std::string_view(reason.data(), reason.size()),
        response.content_type,
        response.body.size(),
        response.status == 405 ? "Allow: GET, HEAD\r\n" : "");
    if (with_body) text += response.body;
    return text;
}

std::string respond(const http::request<http::empty_body>& request, const http_server::handler& handler) {
    const bool head = request.method() == http::verb::head;
    if (!head && request.method() != http::verb::get)
        return serialize(error_response(405, "only GET and HEAD\n"), true);
    const std::string_view target(request.target().data(), request.target().size());
    return serialize(handler(target.substr(0, target.find('?'))), !head);
}

asio::awaitable<void> serve(std::shared_ptr<session> client,
                            std::shared_ptr<const http_server::handler> handler,
                            std::chrono::milliseconds phase_timeout) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(header_bytes);
    client->timer.expires_at(clock::now() + phase_timeout);
    const auto [ec, size] =
        co_await http::async_read_header(client->socket, client->received, parser, as_values);
    if (!client->socket.is_open() || ec == http::error::end_of_stream) co_return;
    if (ec && ec.category() != http::make_error_code(http::error::bad_method).category()) co_return;
    const auto response =
        ec ? serialize(error_response(400, "not an HTTP request\n"), true) : respond(parser.get(), *handler);
    client->timer.expires_at(clock::now() + phase_timeout);
    static_cast<void>(co_await asio::async_write(client->socket, asio::buffer(response), as_values));
    error_code ignored;
    client->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace

class http_server::implementation {
 public:
    implementation(asio::any_io_executor executor, handler handler, std::chrono::milliseconds phase_timeout)
        : executor_(executor),
          handler_(std::make_shared<const http_server::handler>(std::move(handler))),
          phase_timeout_(phase_timeout),
          acceptor_(executor),
          retry_timer_(executor) {}

    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
    result<void> listen(const std::string& address, std::uint16_t port);
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    void close();
    static asio::awaitable<void> accept_loop(std::shared_ptr<implementation> self);

 private:
    void start_session(tcp::socket accepted);

    asio::any_io_executor executor_;
    std::shared_ptr<const handler> handler_;
    std::chrono::milliseconds phase_timeout_;
    tcp::acceptor acceptor_;
    asio::steady_timer retry_timer_;
    std::uint16_t port_ = 0;
    std::list<std::weak_ptr<session>> sessions_;  // the oldest first
};

result<void> http_server::implementation::listen(const std::string& address, std::uint16_t port) {
    error_code ec;
    const tcp::endpoint local(asio::ip::make_address(address, ec), port);
    if (!ec) acceptor_.open(local.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(local, ec);
    if (!ec) acceptor_.listen(static_cast<int>(max_sessions), ec);
    if (ec)
        return error{failure::connect,
                     fmt::format("cannot listen on {} port {}: {}", address, port, ec.message())};
    port_ = acceptor_.local_endpoint(ec).port();
    return {};
}

asio::awaitable<void> http_server::implementation::accept_loop(std::shared_ptr<implementation> self) {
    while (self->acceptor_.is_open()) {
        auto [ec, accepted] = co_await self->acceptor_.async_accept(as_values);
        if (ec == asio::error::operation_aborted) co_return;
        if (!ec) {
            self->start_session(std::move(accepted));
            continue;
        }
        // Without a free file descriptor, for example, accepting would fail again at once.
        self->retry_timer_.expires_after(accept_retry_delay);
        const auto [cancelled] = co_await self->retry_timer_.async_wait(as_values);
        if (cancelled) co_return;
    }
}

void http_server::implementation::start_session(tcp::socket accepted) {
    std::erase_if(sessions_, [](const auto& known) { return known.expired(); });
    // A request is served within milliseconds: the oldest session is a client that sends none.
    if (sessions_.size() >= max_sessions) {
        if (const auto oldest = sessions_.front().lock()) oldest->close();
        sessions_.pop_front();
    }
    auto client = std::make_shared<session>(std::move(accepted), executor_);
    sessions_.push_back(client);
    asio::co_spawn(executor_, serve(std::move(client), handler_, phase_timeout_), asio::detached);
}

void http_server::implementation::close() {
    error_code ignored;
    acceptor_.close(ignored);
    retry_timer_.cancel();
    for (const auto& known : sessions_) {
        if (const auto open = known.lock()) open->close();
    }
}

http_server::http_server(asio::any_io_executor executor,
                         handler handler,
                         std::chrono::milliseconds phase_timeout)
    : impl_(std::make_shared<implementation>(std::move(executor), std::move(handler), phase_timeout)) {}

http_server::~http_server() {
    impl_->close();
}

result<void> http_server::listen(const std::string& address, std::uint16_t port) {
    auto listening = impl_->listen(address, port);
    if (listening) asio::co_spawn(impl_->executor(), implementation::accept_loop(impl_), asio::detached);
    return listening;
}

std::uint16_t http_server::port() const noexcept {
    return impl_->port();
}

void http_server::close() {
    impl_->close();
}

}  // namespace net
