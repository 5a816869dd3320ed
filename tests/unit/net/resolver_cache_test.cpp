// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/resolver_cache.hpp"

#include "support/run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>

using boost::system::error_code;
using net::resolver_cache;
using namespace std::chrono_literals;

namespace {

const error_code not_found = boost::asio::error::host_not_found;

resolver_cache::address loopback(std::uint16_t port) {
    return {boost::asio::ip::make_address("127.0.0.1"), port};
}

struct fixture {
    boost::asio::io_context io{1};
    error_code ec;
    resolver_cache cache{io.get_executor(), std::bind_front(&fixture::look_up, this)};

    /// The next lookup's result, once `answers` is set.
    error_code lookup_error;
    resolver_cache::addresses found;
    bool answers = true;
    int lookups = 0;

    resolver_cache::addresses resolve(resolver_cache& from) {
        const auto wait = std::make_shared<boost::asio::steady_timer>(io);
        return harness::run(io, from.resolve(wait, ec));
    }
    resolver_cache::addresses resolve() { return resolve(cache); }

    boost::asio::awaitable<resolver_cache::addresses> look_up(error_code& error) {
        ++lookups;
        boost::asio::steady_timer pause(io);
        do {
            pause.expires_after(1ms);
            co_await pause.async_wait(boost::asio::use_awaitable);
        } while (!answers);
        error = lookup_error;
        co_return found;
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "an IP literal is its own address") {
    for (const char* host : {"127.0.0.1", "::1"}) {
        resolver_cache literal(io.get_executor(), host, 6443);
        const auto addresses = resolve(literal);
        CHECK_FALSE(ec);
        REQUIRE(addresses.size() == 1);
        CHECK(addresses.front().address().to_string() == host);
        CHECK(addresses.front().port() == 6443);
    }
}

TEST_CASE_FIXTURE(fixture, "a name is resolved") {
    resolver_cache localhost(io.get_executor(), "localhost", 6443);
    const auto addresses = resolve(localhost);
    CHECK_FALSE(ec);
    CHECK(std::ranges::find(addresses, loopback(6443)) != addresses.end());
}

TEST_CASE_FIXTURE(fixture, "a name that does not exist has no address") {
    resolver_cache unknown(io.get_executor(), "no-such-host.invalid", 6443);
    CHECK(resolve(unknown).empty());
    CHECK(ec);
}

TEST_CASE_FIXTURE(fixture, "each call looks the name up again, and new addresses replace the old ones") {
    found = {loopback(1), loopback(2)};
    CHECK(resolve() == found);
    found = {loopback(3)};
    CHECK(resolve() == found);
    CHECK(lookups == 2);
}

TEST_CASE_FIXTURE(fixture, "calls that run side by side share one lookup") {
    found = {loopback(1)};
    answers = false;
    int ended = 0;
    for (int i = 0; i < 3; ++i) {
        boost::asio::co_spawn(io,
                              cache.resolve(std::make_shared<boost::asio::steady_timer>(io), ec),
                              [&](const std::exception_ptr&, const resolver_cache::addresses& addresses) {
                                  ++ended;
                                  CHECK(addresses == found);
                              });
    }
    io.poll();
    CHECK(ended == 0);
    answers = true;
    harness::run_until(io, [&] { return ended == 3; });
    CHECK(lookups == 1);
}

TEST_CASE_FIXTURE(fixture, "a failed lookup keeps the addresses that were found before") {
    found = {loopback(1), loopback(2)};
    resolve();
    lookup_error = not_found;
    for (int i = 0; i < 2; ++i) {
        CHECK(resolve() == resolver_cache::addresses{loopback(1), loopback(2)});
        CHECK_FALSE(ec);
    }
    CHECK(lookups == 3);
}

TEST_CASE_FIXTURE(fixture, "a failed lookup without an address is an error, and the next one may succeed") {
    lookup_error = not_found;
    CHECK(resolve().empty());
    CHECK(ec == not_found);
    lookup_error = {};
    found = {loopback(1)};
    CHECK(resolve() == found);
    CHECK_FALSE(ec);
}

TEST_CASE_FIXTURE(fixture, "a lookup that does not answer leaves the addresses that were found before") {
    found = {loopback(1)};
    resolve();
    answers = false;
    const auto start = std::chrono::steady_clock::now();
    CHECK(resolve() == found);
    CHECK_FALSE(ec);
    CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE_FIXTURE(fixture, "a cancelled wait ends at once while the lookup still runs") {
    answers = false;
    const auto wait = std::make_shared<boost::asio::steady_timer>(io);
    bool ended = false;
    boost::asio::co_spawn(io, cache.resolve(wait, ec), [&](const std::exception_ptr&, const auto&) {
        ended = true;
        CHECK(ec);
    });
    io.poll();
    CHECK_FALSE(ended);
    wait->cancel();
    harness::run_until(io, [&] { return ended; });
}

TEST_CASE_FIXTURE(fixture, "the address that was reached last comes first, in later lookups too") {
    found = {loopback(1), loopback(2), loopback(3)};
    const resolver_cache::addresses second_first{loopback(2), loopback(1), loopback(3)};
    resolve();
    cache.prefer(loopback(2));
    CHECK(resolve() == second_first);
    cache.prefer(loopback(9));
    CHECK(resolve() == found);
    lookup_error = not_found;
    cache.prefer(loopback(2));
    CHECK(resolve() == second_first);
    cache.prefer(loopback(9));
    CHECK(resolve() == second_first);
}
