// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/address_book.hpp"

#include "net/connection.hpp"
#include "net/tls_context.hpp"
#include "support/run.hpp"
#include "support/scripted_server.hpp"
#include "unit/net/client_stage.hpp"
#include "unit/net/full_port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using boost::system::error_code;
using net::address_book;

namespace {

address_book::address loopback(std::uint16_t port) {
    return {boost::asio::ip::make_address("127.0.0.1"), port};
}

struct stage {
    boost::asio::io_context io{1};
    error_code ec;

    address_book::addresses look_up(address_book& book) {
        const auto wait = std::make_shared<boost::asio::steady_timer>(io);
        return harness::run(io, book.look_up(wait, ec));
    }
};

}  // namespace

TEST_CASE("a literal is its own address") {
    stage s;
    for (const char* host : {"127.0.0.1", "::1"}) {
        address_book book(s.io.get_executor(), host, 6443);
        const auto found = s.look_up(book);
        CHECK_FALSE(s.ec);
        REQUIRE(found.size() == 1);
        CHECK(found.front().address().to_string() == host);
        CHECK(found.front().port() == 6443);
    }
}

TEST_CASE("a name is resolved, and asked for side by side it is resolved once") {
    stage s;
    address_book book(s.io.get_executor(), "localhost", 6443);
    const auto found = s.look_up(book);
    CHECK_FALSE(s.ec);
    CHECK(std::ranges::find(found, loopback(6443)) != found.end());
}

TEST_CASE("of a name that does not exist nothing is known") {
    stage s;
    address_book book(s.io.get_executor(), "no-such-host.invalid", 6443);
    CHECK(s.look_up(book).empty());
    CHECK(s.ec);
}

TEST_CASE("a wait that is cancelled ends at once, while the resolver still works") {
    stage s;
    address_book book(s.io.get_executor(), "no-such-host.invalid", 6443);
    const auto wait = std::make_shared<boost::asio::steady_timer>(s.io);
    bool ended = false;
    boost::asio::co_spawn(s.io, book.look_up(wait, s.ec), [&](const std::exception_ptr&, const auto&) {
        ended = true;
        CHECK(s.ec);
    });
    while (wait->cancel() == 0)
        s.io.poll_one();
    harness::run_until(s.io, [&] { return ended; });
}

TEST_CASE("the address that could be reached comes first") {
    stage s;
    address_book book(s.io.get_executor(), {loopback(1), loopback(2), loopback(3)});
    book.prefer(loopback(2));
    CHECK(s.look_up(book) == address_book::addresses{loopback(2), loopback(1), loopback(3)});
    book.prefer(loopback(9));
    CHECK(s.look_up(book).front() == loopback(2));
}

TEST_CASE("an address that does not answer leaves time for the others, and is not tried first again") {
    stage s;
    const full_port dead;
    const harness::scripted_server server(test_ca().issue_for_loopback(),
                                          [](harness::scripted_session&, int) {});
    net::tls_config trust;
    trust.ca_pem = test_ca().certificate();
    auto context = net::tls_context::make(trust);
    REQUIRE(context);
    address_book book(s.io.get_executor(), {loopback(dead.port()), loopback(server.port())});
    auto limits = patient_limits();
    limits.connect = std::chrono::seconds(4);
    net::connection link(s.io.get_executor(), *context, {"127.0.0.1", server.port()});
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(50);
    const auto opened = harness::run(s.io, link.open(book, limits, until));
    CAPTURE(opened ? std::string() : opened.error().what);
    CHECK(opened);
    CHECK(s.look_up(book).front() == loopback(server.port()));
}
