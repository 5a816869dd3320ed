// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"

#include "support/print_result.hpp"
#include "support/run.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <doctest/doctest.h>

#include <list>
#include <string>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

net::page answer_for(std::string_view path) {
    net::page answer;
    if (path != "/healthz" && path != "/metrics") answer.status = 404;
    answer.body = "page " + std::string(path) + "\n";
    return answer;
}

struct server_stage {
    asio::io_context io;
    net::http_server server{io.get_executor(), answer_for};

    server_stage() { REQUIRE(server.listen("127.0.0.1", 0)); }

    [[nodiscard]] tcp::socket connect() {
        tcp::socket client(io);
        client.connect({asio::ip::address_v4::loopback(), server.port()});
        return client;
    }
    /// Everything that the server sends until it closes.
    std::string read_all(tcp::socket& client) {
        std::string text;
        boost::system::error_code ec;
        harness::run(
            io,
            [](tcp::socket& from, std::string& to, boost::system::error_code& end) -> asio::awaitable<void> {
                co_await asio::async_read(
                    from, asio::dynamic_buffer(to), asio::redirect_error(asio::use_awaitable, end));
            }(client, text, ec));
        return text;
    }
    std::string ask(const std::string& request) {
        auto client = connect();
        asio::write(client, asio::buffer(request));
        return read_all(client);
    }
};

}  // namespace

TEST_CASE("GET and HEAD are answered, whatever the query") {
    server_stage stage;
    const auto page = stage.ask("GET /healthz?verbose=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(page ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
          "14\r\nCache-Control: no-store\r\n"
          "Connection: close\r\n\r\npage /healthz\n");
    const auto head = stage.ask("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(head == page.substr(0, page.find("page")));
    CHECK(stage.ask("GET /other HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 404 Not Found\r\n"));
}

TEST_CASE("nothing else is answered as if it were") {
    server_stage stage;
    const auto refused = stage.ask("POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    CHECK(refused.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
    CHECK(refused.find("\r\nAllow: GET, HEAD\r\n") != std::string::npos);
    CHECK(stage.ask("CANARY\r\n\r\n").starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(stage.ask("CANARY\r\n\r\n").find("CANARY") == std::string::npos);
    CHECK(stage.ask("GET / HTTP/1.1\r\nX: " + std::string(7'000, 'a') + "\r\n\r\n")
              .starts_with("HTTP/1.1 404"));
}

TEST_CASE("a header without end is not read for ever") {
    server_stage stage;
    auto client = stage.connect();
    boost::system::error_code ignored;
    asio::write(client, asio::buffer("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a')), ignored);
    CHECK(stage.read_all(client).find("200") == std::string::npos);
}

TEST_CASE("clients that say nothing do not keep others out") {
    server_stage stage;
    std::list<tcp::socket> silent;
    for (int i = 0; i < 100; ++i) {
        silent.push_back(stage.connect());
        stage.io.restart();
        stage.io.poll();
    }
    CHECK(stage.ask("GET /metrics HTTP/1.1\r\n\r\n").ends_with("page /metrics\n"));
    CHECK(stage.read_all(silent.front()).empty());  // had to make room
}

TEST_CASE("close() ends everything and leaves no work behind") {
    server_stage stage;
    auto silent = stage.connect();
    stage.io.poll();
    stage.server.close();
    stage.io.restart();
    stage.io.run();
    boost::system::error_code ec;
    char byte = 0;
    silent.read_some(asio::buffer(&byte, 1), ec);
    CHECK(ec);
    tcp::socket late(stage.io);
    late.connect({asio::ip::address_v4::loopback(), stage.server.port()}, ec);
    CHECK(ec);
}

TEST_CASE("an address that cannot be bound is an error that names it") {
    server_stage stage;
    net::http_server second(stage.io.get_executor(), answer_for);
    const auto taken = second.listen("127.0.0.1", stage.server.port());
    REQUIRE_FALSE(taken);
    CHECK(taken.error().what.find("127.0.0.1 port " + std::to_string(stage.server.port())) !=
          std::string::npos);
    net::http_server third(stage.io.get_executor(), answer_for);
    CHECK_FALSE(third.listen("localhost", 0));
}
