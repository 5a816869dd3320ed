// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

namespace harness {

/// Longer than anything a test waits for; short enough for a person to wait when one hangs.
inline constexpr std::chrono::seconds longest_run{60};

/// Runs the io_context until the coroutine has ended, and gives its result. Other work of the context may be
/// left over.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> task) {
    using stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
    std::optional<stored> value;
    std::exception_ptr fault;
    bool ended = false;
    const auto on_end = [&](std::exception_ptr thrown, auto... result) {
        fault = thrown;
        ended = true;
        if (!thrown) value.emplace(std::move(result)...);
    };
    boost::asio::co_spawn(io, std::move(task), on_end);
    const auto give_up = std::chrono::steady_clock::now() + longest_run;
    io.restart();
    while (!ended && io.run_one_until(give_up) > 0) {
    }
    if (fault) std::rethrow_exception(fault);
    if (!ended) throw std::runtime_error("the coroutine does not end");
    if constexpr (!std::is_void_v<T>) return *std::move(value);
}

/// Runs the io_context until the condition holds, and returns whether it did in time. It is looked at after
/// every handler, and every millisecond for what other threads change.
template <class Condition>
[[nodiscard]] bool comes_true(boost::asio::io_context& io, Condition holds) {
    const auto give_up = std::chrono::steady_clock::now() + longest_run;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > give_up) return false;
        io.restart();
        io.run_one_for(std::chrono::milliseconds(1));
    }
    return true;
}

/// The same, for what must come true.
template <class Condition>
void run_until(boost::asio::io_context& io, Condition holds) {
    if (!comes_true(io, std::move(holds))) throw std::runtime_error("what was awaited does not come");
}

}  // namespace harness
