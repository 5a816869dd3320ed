// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/descriptor_sink.hpp"

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;
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

/// Two connected descriptors.
class channel {
 public:
    enum class type { pipe, socket };

    explicit channel(type which) {
        std::array<int, 2> ends{};
        if (which == type::pipe) {
            REQUIRE(::pipe(ends.data()) == 0);
        } else {
            REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        }
        reader_ = ends[0];
        writer_ = ends[1];
        REQUIRE(::fcntl(reader_, F_SETFL, O_NONBLOCK) == 0);
    }
    ~channel() {
        close_reader();
        ::close(writer_);
    }
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    [[nodiscard]] int writer() const noexcept { return writer_; }
    void close_reader() {
        if (reader_ >= 0) ::close(reader_);
        reader_ = -1;
    }
    /// All that can be read now.
    std::string read() const {
        std::string all;
        std::array<char, 4096> block{};
        for (;;) {
            const auto count = ::read(reader_, block.data(), block.size());
            if (count <= 0) return all;
            all.append(block.data(), static_cast<std::size_t>(count));
        }
    }

 private:
    int reader_ = -1;
    int writer_ = -1;
};

struct fixture {
    boost::asio::io_context io;
    runtime::descriptor_sink make(int descriptor, std::size_t capacity) {
        return {io.get_executor(),
                descriptor,
                runtime::log_format::text,
                [] { return runtime::wall_time{}; },
                capacity};
    }
};

const std::string kilobyte(1'023, 'x');

TEST_CASE_FIXTURE(fixture, "a line is written at once if there is room") {
    for (const auto type : {channel::type::pipe, channel::type::socket}) {
        const channel to(type);
        auto sink = make(to.writer(), 10'000);
        sink.write("one");
        sink.write("two");
        CHECK(to.read() == "one\ntwo\n");
    }
}

TEST_CASE_FIXTURE(
    fixture, "a reader that stopped does not block write(), and a notice says how many lines it missed") {
    for (const auto type : {channel::type::pipe, channel::type::socket}) {
        const channel to(type);
        auto sink = make(to.writer(), 10 * 1'024);
        for (int i = 0; i < 2'000; ++i)
            sink.write(kilobyte);  // a blocking write would never return
        CHECK((::fcntl(to.writer(), F_GETFL) & O_NONBLOCK) == 0);

        std::string all = to.read();
        while (!sink.drain(0ms))
            all += to.read();
        all += to.read();
        const auto written = std::ranges::count(all, '\n') - 1;
        CHECK(written < 2'000);
        CHECK(all.ends_with("1970-01-01T00:00:00.000Z warn  log lines dropped count=" +
                            std::to_string(2'000 - written) + "\n"));
    }
}

TEST_CASE_FIXTURE(fixture, "the io_context writes the rest once there is room again") {
    const channel to(channel::type::pipe);
    auto sink = make(to.writer(), 1'000'000);
    for (int i = 0; i < 200; ++i)
        sink.write(kilobyte);
    std::string all = to.read();
    CHECK(all.size() < 200U * 1'024);
    while (all.size() < 200U * 1'024) {
        REQUIRE(io.run_one() == 1);  // the timer of the retry
        all += to.read();
    }
    CHECK(all.find("dropped") == std::string::npos);
    CHECK(io.run() == 0);  // nothing keeps the io_context running
    sink.write("next");
    CHECK(to.read() == "next\n");
}

TEST_CASE_FIXTURE(fixture, "waiting lines are drained when an exception leaves the scope") {
    const channel to(channel::type::pipe);
    auto sink = make(to.writer(), 1'000'000);
    std::string all;
    try {
        const runtime::drain_at_exit drained(sink, 10s);
        for (int i = 0; i < 70; ++i)
            sink.write(kilobyte);  // more than the 64 KiB of a pipe
        sink.write("the reason");
        all += to.read();
        CHECK(all.find("the reason") == std::string::npos);
        throw std::runtime_error("bug");
    } catch (const std::runtime_error&) {
        all += to.read();
    }
    CHECK(all.ends_with("the reason\n"));
}

TEST_CASE_FIXTURE(fixture, "a closed sink lets the io_context end") {
    const channel to(channel::type::pipe);
    auto sink = make(to.writer(), 1'000'000);
    for (int i = 0; i < 200; ++i)
        sink.write(kilobyte);
    sink.close();
    io.run();
    CHECK_FALSE(sink.drain(1ms));
    std::string all = to.read();
    while (!sink.drain(0ms))
        all += to.read();
    all += to.read();
    CHECK(all.size() == 200U * 1'024);
}

TEST_CASE_FIXTURE(fixture, "if the reader is gone, lines are dropped and nothing is retried") {
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    channel to(channel::type::pipe);
    auto sink = make(to.writer(), 10'000);
    to.close_reader();
    for (int i = 0; i < 100; ++i)
        sink.write(kilobyte);
    CHECK(sink.drain(0ms));
    CHECK(io.run() == 0);
    std::signal(SIGPIPE, before);
}

}  // namespace
