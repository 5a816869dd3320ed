// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/line_ring.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using runtime::line_ring;

line_ring make_ring(std::size_t capacity) {
    return {capacity, [](std::uint64_t dropped) { return "<" + std::to_string(dropped) + ">"; }};
}

/// Takes all that waits, at most `step` bytes at a time.
std::string drain(line_ring& ring, std::size_t step = 1'000) {
    std::string all;
    while (!ring.empty()) {
        const auto bytes = ring.front().substr(0, step);
        all += bytes;
        ring.consume(bytes.size());
    }
    return all;
}

TEST_CASE("lines come out in order, however they are written") {
    for (const std::size_t step : {1U, 2U, 1'000U}) {
        line_ring ring = make_ring(100);
        CHECK(ring.empty());
        CHECK(ring.front().empty());
        ring.push("one");
        ring.push("");
        ring.push("three");
        CHECK(drain(ring, step) == "one\n\nthree\n");
        CHECK(ring.dropped() == 0);
    }
}

TEST_CASE("what does not fit is dropped, and told where it was as soon as there is room") {
    line_ring ring = make_ring(9);
    ring.push("12345");  // 6 bytes
    ring.push("lost");   // 5
    ring.push("x");      // 2: would fit, but not after the notice
    CHECK(ring.dropped() == 2);
    CHECK(drain(ring) == "12345\n<2>\n");
    ring.push("more");
    CHECK(drain(ring) == "more\n");
    CHECK(ring.dropped() == 2);
}

TEST_CASE("the notice stands before the next line that fits") {
    line_ring ring = make_ring(12);
    ring.push("1234");
    ring.push("5678");
    ring.push("lost");
    CHECK(ring.front() == "1234\n");
    ring.consume(5);
    ring.push("9");
    CHECK(drain(ring) == "5678\n<1>\n9\n");
}

TEST_CASE("a line that is longer than the ring is dropped") {
    line_ring ring = make_ring(10);
    ring.push(std::string(100, 'x'));
    CHECK(ring.dropped() == 1);
    ring.push("a");
    CHECK(drain(ring) == "<1>\na\n");
}

TEST_CASE("what is given up counts as dropped") {
    line_ring ring = make_ring(100);
    ring.push("one");
    ring.push("two");
    ring.consume(2);
    ring.drop_all();
    CHECK(ring.empty());
    CHECK(ring.dropped() == 2);
    ring.push("three");
    CHECK(drain(ring) == "<2>\nthree\n");
}

TEST_CASE("a partly written line keeps its place in the count of bytes") {
    line_ring ring = make_ring(10);
    ring.push("12345678");  // 9 bytes
    ring.consume(5);
    ring.push("abcd");  // 5: fits now
    CHECK(ring.dropped() == 0);
    CHECK(drain(ring) == "678\nabcd\n");
}

}  // namespace
