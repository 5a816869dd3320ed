// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/turnstile.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <vector>

using namespace std::chrono_literals;
using net::turnstile;

namespace {

struct entry {
    int visitor;
    turnstile::outcome outcome;
    friend bool operator==(const entry&, const entry&) = default;
};
using entries = std::vector<entry>;

const auto never = turnstile::time_point::max();

boost::asio::awaitable<void> visit(turnstile& gate,
                                   int visitor,
                                   turnstile::time_point deadline,
                                   entries& log) {
    const auto outcome = co_await gate.enter(deadline);
    log.push_back({visitor, outcome});
}

struct scene {
    boost::asio::io_context io;
    entries log;

    void come(turnstile& gate, int visitor, turnstile::time_point deadline = never) {
        boost::asio::co_spawn(io, visit(gate, visitor, deadline, log), boost::asio::detached);
        settle();
    }
    void settle() {
        io.restart();
        io.poll();
    }
};

constexpr auto entered = turnstile::outcome::entered;

}  // namespace

TEST_CASE("as many enter as there are places, the others in the order in which they came") {
    scene stage;
    turnstile gate(stage.io.get_executor(), 2);
    for (int visitor = 1; visitor <= 4; ++visitor)
        stage.come(gate, visitor);
    CHECK(stage.log == entries{{1, entered}, {2, entered}});
    gate.leave();
    stage.settle();
    CHECK(stage.log == entries{{1, entered}, {2, entered}, {3, entered}});
    gate.leave();
    stage.settle();
    CHECK(stage.log.back() == entry{4, entered});
}

TEST_CASE("nobody overtakes the one whose turn it is") {
    scene stage;
    turnstile gate(stage.io.get_executor(), 1);
    stage.come(gate, 1);
    stage.come(gate, 2);
    gate.leave();  // 2 is admitted, and has not run yet
    boost::asio::co_spawn(stage.io, visit(gate, 3, never, stage.log), boost::asio::detached);
    stage.settle();
    CHECK(stage.log == entries{{1, entered}, {2, entered}});
    gate.leave();
    stage.settle();
    CHECK(stage.log.back() == entry{3, entered});
}

TEST_CASE("a place that nobody waits for is kept") {
    scene stage;
    turnstile gate(stage.io.get_executor(), 1);
    stage.come(gate, 1);
    gate.leave();
    stage.come(gate, 2);
    CHECK(stage.log == entries{{1, entered}, {2, entered}});
}

TEST_CASE("who waits past the deadline goes away, and the next one is let in in his stead") {
    scene stage;
    turnstile gate(stage.io.get_executor(), 1);
    stage.come(gate, 1);
    boost::asio::co_spawn(
        stage.io, visit(gate, 2, std::chrono::steady_clock::now() + 1ms, stage.log), boost::asio::detached);
    stage.io.restart();
    while (stage.log.size() < 2 && stage.io.run_one_for(10s) > 0) {
    }
    CHECK(stage.log.back() == entry{2, turnstile::outcome::timed_out});
    stage.come(gate, 3);
    gate.leave();
    stage.settle();
    CHECK(stage.log.back() == entry{3, entered});
}

TEST_CASE("closing sends away who waits and who comes") {
    scene stage;
    turnstile gate(stage.io.get_executor(), 1);
    stage.come(gate, 1);
    stage.come(gate, 2);
    gate.close();
    stage.settle();
    stage.come(gate, 3);
    CHECK(stage.log ==
          entries{{1, entered}, {2, turnstile::outcome::closed}, {3, turnstile::outcome::closed}});
}

TEST_CASE("a cancelled visitor gives up the place that was just given to him") {
    scene stage;
    turnstile gate(stage.io.get_executor(), 1);
    stage.come(gate, 1);
    boost::asio::cancellation_signal cancel;
    boost::asio::co_spawn(stage.io,
                          visit(gate, 2, never, stage.log),
                          boost::asio::bind_cancellation_slot(cancel.slot(), boost::asio::detached));
    stage.settle();
    cancel.emit(boost::asio::cancellation_type::terminal);
    stage.settle();
    CHECK(stage.log.back() == entry{2, turnstile::outcome::closed});
    gate.leave();
    stage.come(gate, 3);
    CHECK(stage.log.back() == entry{3, entered});
}
