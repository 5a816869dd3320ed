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

/// All that waits, read in steps of at most `step` bytes.
std::string drain(line_ring& ring, std::size_t step = 1'000) {
    std::string all;
    while (!ring.empty()) {
        const auto bytes = ring.front().substr(0, step);
        all += bytes;
        ring.consume(bytes.size());
    }
    return all;
}

TEST_CASE("lines come out in order, in steps of any size") {
    for (const std::size_t step : {1U, 2U, 1'000U}) {
        line_ring ring = make_ring(100);
        CHECK(ring.empty());
        CHECK(ring.front().empty());
        ring.push("one");
        ring.push("");
        ring.push("three");
        CHECK(drain(ring, step) == "one\n\nthree\n");
    }
}

TEST_CASE("a notice takes the place of lines that do not fit, as soon as there is room") {
    line_ring ring = make_ring(9);
    ring.push("12345");  // 6 bytes
    ring.push("lost");   // 5
    ring.push("x");      // 2: would fit, but not after the notice
    CHECK(drain(ring) == "12345\n<2>\n");
    ring.push("more");
    CHECK(drain(ring) == "more\n");
}

TEST_CASE("the notice comes before the next line that fits") {
    line_ring ring = make_ring(12);
    ring.push("1234");
    ring.push("5678");
    ring.push("lost");
    CHECK(ring.front() == "1234\n");
    ring.consume(5);
    ring.push("9");
    CHECK(drain(ring) == "5678\n<1>\n9\n");
}

TEST_CASE("a line longer than the ring is dropped") {
    line_ring ring = make_ring(10);
    ring.push(std::string(100, 'x'));
    ring.push("a");
    CHECK(drain(ring) == "<1>\na\n");
}

TEST_CASE("drop_all() counts the lines as dropped") {
    line_ring ring = make_ring(100);
    ring.push("one");
    ring.push("two");
    ring.consume(2);
    ring.drop_all();
    CHECK(ring.empty());
    ring.push("three");
    CHECK(drain(ring) == "<2>\nthree\n");
}

TEST_CASE("a ring is filled to its last byte, also after drop_all()") {
    line_ring ring = make_ring(10);
    ring.push("1234");
    ring.drop_all();
    CHECK(drain(ring).empty());
    ring.push("12345");  // 6 bytes after the notice of 4
    CHECK(drain(ring) == "<1>\n12345\n");
    ring.push("1234");
    ring.push("5678");
    CHECK(drain(ring) == "1234\n5678\n");
}

TEST_CASE("the rest of a partly written line counts by its bytes") {
    line_ring ring = make_ring(10);
    ring.push("12345678");  // 9 bytes
    ring.consume(5);
    ring.push("abcd");  // 5: fits
    CHECK(drain(ring) == "678\nabcd\n");
}

}  // namespace
