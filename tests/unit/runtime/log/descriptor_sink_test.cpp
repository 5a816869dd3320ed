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
#include <string>

namespace {

using namespace std::chrono_literals;

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
