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

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <list>
#include <string>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

net::server_response respond(const net::server_request& request) {
    const auto& path = request.path;
    net::server_response response;
    if (path != "/healthz" && path != "/metrics") response.status = 404;
    response.body = "page " + path + "\n";
    return response;
}

struct server_fixture {
    asio::io_context io;
    net::http_server server;

    explicit server_fixture(net::http_server::handler handler = net::at_once(respond),
                            std::chrono::milliseconds phase_timeout = std::chrono::hours(1))
        : server(io.get_executor(), std::move(handler), phase_timeout) {
        REQUIRE(server.listen("127.0.0.1", 0));
    }

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

TEST_CASE("GET and HEAD are answered, and the query is ignored") {
    server_fixture fixture;
    const auto page = fixture.ask("GET /healthz?verbose=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(page ==
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
          "14\r\nCache-Control: no-store\r\n"
          "Connection: close\r\n\r\npage /healthz\n");
    const auto head = fixture.ask("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(head == page.substr(0, page.find("page")));
    CHECK(fixture.ask("GET /other HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 404 Not Found\r\n"));
}

TEST_CASE("other methods get 405, and what is not HTTP gets 400") {
    server_fixture fixture;
    const auto refused = fixture.ask("POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
    CHECK(refused.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
    CHECK(refused.find("\r\nAllow: GET, HEAD\r\n") != std::string::npos);
    CHECK(fixture.ask("CANARY\r\n\r\n").starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(fixture.ask("CANARY\r\n\r\n").find("CANARY") == std::string::npos);
    CHECK(fixture.ask("GET / HTTP/1.1\r\nX: " + std::string(7'000, 'a') + "\r\n\r\n")
              .starts_with("HTTP/1.1 404"));
}

TEST_CASE("a header beyond the limit ends the connection") {
    server_fixture fixture;
    auto client = fixture.connect();
    boost::system::error_code ignored;
    asio::write(client, asio::buffer("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a')), ignored);
    CHECK(fixture.read_all(client).find("200") == std::string::npos);
}

TEST_CASE("idle clients do not keep others out") {
    server_fixture fixture;
    std::list<tcp::socket> silent;
    for (int i = 0; i < 100; ++i) {
        silent.push_back(fixture.connect());
        fixture.io.restart();
        fixture.io.poll();
    }
    CHECK(fixture.ask("GET /metrics HTTP/1.1\r\n\r\n").ends_with("page /metrics\n"));
    CHECK(fixture.read_all(silent.front()).empty());  // closed to make room for another
}

TEST_CASE("close() ends all connections and leaves no work behind") {
    server_fixture fixture;
    auto silent = fixture.connect();
    fixture.io.poll();
    fixture.server.close();
    fixture.io.restart();
    fixture.io.run_for(std::chrono::seconds(10));
    CHECK(fixture.io.stopped());
    boost::system::error_code ec;
    char byte = 0;
    silent.read_some(asio::buffer(&byte, 1), ec);
    CHECK(ec);
    tcp::socket late(fixture.io);
    late.connect({asio::ip::address_v4::loopback(), fixture.server.port()}, ec);
    CHECK(ec);
}

TEST_CASE("an address that cannot be bound is an error with the address") {
    server_fixture fixture;
    net::http_server second(fixture.io.get_executor(), net::at_once(respond));
    const auto taken = second.listen("127.0.0.1", fixture.server.port());
    REQUIRE_FALSE(taken);
    CHECK(taken.error().what.find("127.0.0.1 port " + std::to_string(fixture.server.port())) !=
          std::string::npos);
    net::http_server third(fixture.io.get_executor(), net::at_once(respond));
    CHECK_FALSE(third.listen("localhost", 0));
}

TEST_CASE("a client that does not send its request in time is disconnected") {
    server_fixture fixture(net::at_once(respond), std::chrono::milliseconds(50));
    auto silent = fixture.connect();
    CHECK(fixture.read_all(silent).empty());
    auto slow = fixture.connect();
    asio::write(slow, asio::buffer(std::string("GET /healthz HTTP/1.1\r\n")));
    CHECK(fixture.read_all(slow).empty());
}

TEST_CASE("a client that does not read its response in time is disconnected") {
    constexpr std::size_t size = 32U * 1024 * 1024;
    server_fixture fixture(net::at_once([](const net::server_request&) {
                               net::server_response response;
                               response.body = std::string(size, 'x');
                               return response;
                           }),
                           std::chrono::milliseconds(50));
    auto client = fixture.connect();
    asio::write(client, asio::buffer(std::string("GET /metrics HTTP/1.1\r\n\r\n")));
    const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    harness::run_until(fixture.io, [&] { return std::chrono::steady_clock::now() > later; });
    CHECK(fixture.read_all(client).size() < size);
}

// UndefinedBehaviorSanitizer needs two free file descriptors, to ask the kernel whether a vptr can be read.
#if __has_feature(undefined_behavior_sanitizer)
constexpr bool needs_file_descriptors = true;
#else
constexpr bool needs_file_descriptors = false;
#endif

TEST_CASE("the server accepts again after it had no file descriptor" *
          doctest::skip(needs_file_descriptors)) {
    server_fixture fixture;
    auto client = fixture.connect();
    asio::write(client, asio::buffer(std::string("GET /healthz HTTP/1.1\r\n\r\n")));
    const int lowest_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(lowest_free);
    rlimit original{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &original) == 0);
    const rlimit none_free{static_cast<rlim_t>(lowest_free), original.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none_free) == 0);
    fixture.io.poll();  // accept fails
    ::setrlimit(RLIMIT_NOFILE, &original);
    CHECK(fixture.read_all(client).ends_with("page /healthz\n"));
    CHECK(fixture.ask("GET /healthz HTTP/1.1\r\n\r\n").ends_with("page /healthz\n"));
}

TEST_CASE("a server on :: also has IPv4 clients") {
    asio::io_context io;
    net::http_server server(io.get_executor(), net::at_once(respond));
    REQUIRE(server.listen("::", 0));
    tcp::socket client(io);
    boost::system::error_code ec;
    client.connect({asio::ip::address_v4::loopback(), server.port()}, ec);
    CHECK_FALSE(ec);
}
