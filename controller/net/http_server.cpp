// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"

#include "net/watchdog.hpp"

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
constexpr std::size_t most_sessions = 32;
constexpr std::chrono::seconds phase{5};
constexpr std::chrono::milliseconds accept_again_after{100};

/// One connection, for one request: nobody who asks every ten seconds needs to keep it.
struct session {
    session(tcp::socket accepted, const asio::any_io_executor& executor)
        : socket(std::move(accepted)), guard(executor, [this] { close(); }) {}

    void close() noexcept {
        error_code ignored;
        socket.close(ignored);
    }

    tcp::socket socket;
    watchdog guard;
    boost::beast::flat_static_buffer<header_bytes> received;
};

page error_page(unsigned status, std::string_view text) {
    page answer;
    answer.status = status;
    answer.body = text;
    return answer;
}

std::string to_text(const page& answer, bool with_body) {
    const auto reason = http::obsolete_reason(http::int_to_status(answer.status));
    auto text = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: "
        "close\r\n"
        "{}\r\n",
        answer.status,
        std::string_view(reason.data(), reason.size()),
        answer.content_type,
        answer.body.size(),
        answer.status == 405 ? "Allow: GET, HEAD\r\n" : "");
    if (with_body) text += answer.body;
    return text;
}

std::string answer_to(const http::request<http::empty_body>& asked, const http_server::handler& handler) {
    const bool head = asked.method() == http::verb::head;
    if (!head && asked.method() != http::verb::get)
        return to_text(error_page(405, "only GET and HEAD\n"), true);
    const std::string_view target(asked.target().data(), asked.target().size());
    return to_text(handler(target.substr(0, target.find('?'))), !head);
}

asio::awaitable<void> serve(std::shared_ptr<session> client,
                            std::shared_ptr<const http_server::handler> handler) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(header_bytes);
    client->guard.expect_by(clock::now() + phase);
    const auto [bad, size] =
        co_await http::async_read_header(client->socket, client->received, parser, as_values);
    if (!client->socket.is_open() || bad == http::error::end_of_stream) co_return;
    if (bad && bad.category() != http::make_error_code(http::error::bad_method).category()) co_return;
    const auto answer =
        bad ? to_text(error_page(400, "not an HTTP request\n"), true) : answer_to(parser.get(), *handler);
    client->guard.expect_by(clock::now() + phase);
    static_cast<void>(co_await asio::async_write(client->socket, asio::buffer(answer), as_values));
    error_code ignored;
    client->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace

class http_server::implementation {
 public:
    implementation(asio::any_io_executor executor, handler answer)
        : executor_(executor),
          handler_(std::make_shared<const handler>(std::move(answer))),
          acceptor_(executor),
          pause_(executor) {}

    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
    result<void> listen(const std::string& address, std::uint16_t port);
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    void close();
    static asio::awaitable<void> accept_all(std::shared_ptr<implementation> self);

 private:
    void start(tcp::socket accepted);

    asio::any_io_executor executor_;
    std::shared_ptr<const handler> handler_;
    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    std::uint16_t port_ = 0;
    std::list<std::weak_ptr<session>> sessions_;  // the oldest first
};

result<void> http_server::implementation::listen(const std::string& address, std::uint16_t port) {
    error_code ec;
    const tcp::endpoint local(asio::ip::make_address(address, ec), port);
    if (!ec) acceptor_.open(local.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(local, ec);
    if (!ec) acceptor_.listen(static_cast<int>(most_sessions), ec);
    if (ec)
        return error{failure::connect,
                     fmt::format("cannot listen on {} port {}: {}", address, port, ec.message())};
    port_ = acceptor_.local_endpoint(ec).port();
    return {};
}

asio::awaitable<void> http_server::implementation::accept_all(std::shared_ptr<implementation> self) {
    while (self->acceptor_.is_open()) {
        auto [ec, accepted] = co_await self->acceptor_.async_accept(as_values);
        if (ec == asio::error::operation_aborted) co_return;
        if (!ec) {
            self->start(std::move(accepted));
            continue;
        }
        // No file descriptor is free, for one: it would fail again at once.
        self->pause_.expires_after(accept_again_after);
        const auto [cancelled] = co_await self->pause_.async_wait(as_values);
        if (cancelled) co_return;
    }
}

void http_server::implementation::start(tcp::socket accepted) {
    std::erase_if(sessions_, [](const auto& known) { return known.expired(); });
    // Whoever is served holds a place for milliseconds: the oldest is the one that does not ask.
    if (sessions_.size() >= most_sessions) {
        if (const auto oldest = sessions_.front().lock()) oldest->close();
        sessions_.pop_front();
    }
    auto client = std::make_shared<session>(std::move(accepted), executor_);
    sessions_.push_back(client);
    asio::co_spawn(executor_, serve(std::move(client), handler_), asio::detached);
}

void http_server::implementation::close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (const auto& known : sessions_) {
        if (const auto open = known.lock()) open->close();
    }
}

http_server::http_server(asio::any_io_executor executor, handler answer)
    : impl_(std::make_shared<implementation>(std::move(executor), std::move(answer))) {}

http_server::~http_server() {
    impl_->close();
}

result<void> http_server::listen(const std::string& address, std::uint16_t port) {
    auto listening = impl_->listen(address, port);
    if (listening) asio::co_spawn(impl_->executor(), implementation::accept_all(impl_), asio::detached);
    return listening;
}

std::uint16_t http_server::port() const noexcept {
    return impl_->port();
}

void http_server::close() {
    impl_->close();
}

}  // namespace net
