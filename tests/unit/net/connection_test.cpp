// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/connection.hpp"

#include "net/resolver_cache.hpp"
#include "unit/net/client_fixture.hpp"
#include "unit/net/full_port.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

using harness::scripted_server;
using harness::scripted_session;
using namespace std::chrono_literals;

namespace {

void put(net::receive_buffer& buffer, std::string_view bytes) {
    const auto room = buffer.prepare();
    REQUIRE(room.size() >= bytes.size());
    std::ranges::copy(bytes, room.begin());
    buffer.commit(bytes.size());
}

net::resolver_cache::address loopback(std::uint16_t port) {
    return {boost::asio::ip::make_address("127.0.0.1"), port};
}

/// Opens a connection to a server that has several addresses.
struct address_fixture {
    boost::asio::io_context io{1};
    const scripted_server server{test_ca().issue_for_loopback(),
                                 [](scripted_session& session, int) { session.wait_until_closed(); }};
    net::http_limits limits = long_timeouts();
    net::resolver_cache::addresses addresses;
    bool answers = true;  // of the resolver
    net::resolver_cache resolver{io.get_executor(), std::bind_front(&address_fixture::look_up, this)};

    boost::asio::awaitable<net::resolver_cache::addresses> look_up(boost::system::error_code&) {
        boost::asio::steady_timer wait(io, answers ? 0s : 3600s);
        co_await wait.async_wait(boost::asio::use_awaitable);
        co_return addresses;
    }
    net::resolver_cache::addresses resolve() {
        boost::system::error_code ec;
        return harness::run(io, resolver.resolve(std::make_shared<boost::asio::steady_timer>(io), ec));
    }
    net::connection& connection() {
        net::tls_config config;
        config.ca_pem = test_ca().certificate();
        auto context = net::tls_context::make(config);
        REQUIRE(context);
        return made.emplace(io.get_executor(), *context, net::endpoint{"127.0.0.1", server.port()});
    }
    net::result<void> open() {
        return harness::run(io, connection().open(resolver, limits, std::chrono::steady_clock::now() + 50s));
    }

    std::optional<net::connection> made;
};

}  // namespace

TEST_CASE("pending bytes stay in front of the next ones") {
    net::receive_buffer buffer;
    CHECK(buffer.pending().empty());
    put(buffer, "abcdef");
    buffer.consume(4);
    put(buffer, "gh");
    CHECK(buffer.pending() == "efgh");
    buffer.consume(4);
    CHECK(buffer.pending().empty());
}

TEST_CASE("prepare() always has space for a whole TLS record") {
    net::receive_buffer buffer;
    const std::string record(16U * 1024, 'x');
    for (int i = 1; i <= 4; ++i) {
        put(buffer, record);
        CHECK(buffer.pending().size() == record.size() * static_cast<std::size_t>(i));
    }
    CHECK(buffer.pending().find_first_not_of('x') == std::string_view::npos);
}

TEST_CASE("all bytes are wiped when all are consumed, even the ones that were moved") {
    net::receive_buffer buffer;
    put(buffer, "CANARY-CANARY-CANARY");
    buffer.consume(15);
    put(buffer, "");  // moves the rest to the front
    buffer.consume(5);
    const auto room = buffer.prepare();
    CHECK(std::ranges::all_of(room.first(64), [](char c) { return c == 0; }));
}

TEST_CASE_FIXTURE(address_fixture, "open() goes on to the next address after one that refuses") {
    const net::resolver_cache::address ipv6{boost::asio::ip::make_address("::1"), closed_port()};
    addresses = {ipv6, loopback(closed_port()), loopback(server.port())};
    CHECK(open());
    CHECK(resolve().front() == loopback(server.port()));
}

TEST_CASE_FIXTURE(
    address_fixture,
    "an address that does not answer leaves time for the next one, which is preferred from then on") {
    const full_port silent;
    addresses = {loopback(silent.port()), loopback(server.port())};
    limits.connect = 4s;
    CHECK(open());
    CHECK(resolve().front() == loopback(server.port()));
}

TEST_CASE_FIXTURE(address_fixture, "open() fails when no address answers, and an error names the peer") {
    addresses = {loopback(closed_port()), loopback(closed_port())};
    const auto opened = open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().phase == net::failure::connect);
    CHECK(opened.error().what ==
          "127.0.0.1:" + std::to_string(server.port()) + ": cannot connect: Connection refused");
}

TEST_CASE_FIXTURE(address_fixture, "a connection outlives the time that its address had") {
    addresses = {loopback(server.port()), loopback(closed_port())};
    limits.connect = 1s;
    REQUIRE(open());
    const auto later = std::chrono::steady_clock::now() + 1100ms;
    harness::run_until(io, [&] { return std::chrono::steady_clock::now() > later; });
    CHECK(harness::run(io, made->write("GET / HTTP/1.1\r\n\r\n", later + 50s)));
}

TEST_CASE_FIXTURE(address_fixture, "open() times out while the resolver does not answer") {
    answers = false;
    limits.connect = 50ms;
    const auto opened = open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().phase == net::failure::resolve);
    CHECK(opened.error().timeout);
}

TEST_CASE_FIXTURE(address_fixture, "abort() ends open() while the resolver does not answer") {
    answers = false;
    auto& connection = this->connection();
    std::optional<net::result<void>> opened;
    boost::asio::co_spawn(
        io,
        connection.open(resolver, limits, std::chrono::steady_clock::now() + 50s),
        [&](const std::exception_ptr&, const net::result<void>& result) { opened = result; });
    io.poll();
    CHECK_FALSE(opened);
    connection.abort();
    harness::run_until(io, [&] { return opened.has_value(); });
    REQUIRE_FALSE(*opened);
    CHECK(opened->error().phase == net::failure::cancelled);
}
