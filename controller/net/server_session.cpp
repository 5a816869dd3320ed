// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/server_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

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
        response.status == 405   ? "Allow: GET, HEAD\r\n"
        : response.status == 401 ? "WWW-Authenticate: Bearer\r\n"
                                 : "");
    if (with_body) text += response.body;
    return text;
}

std::string_view view_of(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

using request = http::request<http::empty_body>;

asio::awaitable<std::string> respond(const request& received, const http_server::handler& handler) {
    const bool head = received.method() == http::verb::head;
    if (!head && received.method() != http::verb::get)
        co_return serialize(error_response(405, "only GET and HEAD\n"), true);
    const auto target = view_of(received.target());
    const auto response = co_await handler(
        {.path = std::string(target.substr(0, target.find('?'))),
         .accept = std::string(view_of(received[http::field::accept])),
         .authorization = util::secret_bytes::copy_of(view_of(received[http::field::authorization]))});
    co_return serialize(response, !head);
}

template <class Stream>
asio::awaitable<void> exchange(Stream& stream, server_session& client, const http_server::handler& handler) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(client.received.max_size()));
    client.begin_phase();
    const auto [ec, size] = co_await http::async_read_header(stream, client.received, parser, as_values);
    if (!client.socket.is_open() || ec == http::error::end_of_stream) co_return;
    if (ec && ec.category() != http::make_error_code(http::error::bad_method).category()) co_return;
    std::string response = serialize(error_response(400, "not an HTTP request\n"), true);
    client.begin_phase();
    if (!ec) response = co_await respond(parser.get(), handler);
    if (!client.socket.is_open()) co_return;
    client.begin_phase();
    static_cast<void>(co_await asio::async_write(stream, asio::buffer(response), as_values));
}

asio::awaitable<void> exchange_secured(server_session& client, const http_server::handler& handler) {
    client.begin_phase();
    const auto [refused] =
        co_await client.secured->async_handshake(asio::ssl::stream_base::server, as_values);
    if (refused) co_return;
    co_await exchange(*client.secured, client, handler);
    if (!client.socket.is_open()) co_return;
    client.begin_phase();
    static_cast<void>(co_await client.secured->async_shutdown(as_values));
}

}  // namespace

asio::awaitable<void> serve(std::shared_ptr<server_session> client,
                            std::shared_ptr<const http_server::handler> handler) {
    if (client->secured) {
        co_await exchange_secured(*client, *handler);
    } else {
        co_await exchange(client->socket, *client, *handler);
    }
    error_code ignored;
    client->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace net
