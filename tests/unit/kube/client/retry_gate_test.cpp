// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/retry_gate.hpp"

#include "unit/kube/client/api_fixture.hpp"

#include <boost/asio/co_spawn.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

using namespace kube;
using namespace std::chrono_literals;

TEST_CASE("a gate is closed until the longest pause has passed") {
    const retry_gate::time_point start{1h};
    retry_gate gate;
    CHECK(gate.is_open(start));
    gate.pause(start, 2s);
    CHECK_FALSE(gate.is_open(start));
    CHECK_FALSE(gate.is_open(start + 2s - 1ns));
    CHECK(gate.is_open(start + 2s));
    gate.pause(start + 1s, 500ms);  // ends earlier
    CHECK(gate.opens_at() == start + 2s);
    gate.pause(start + 1s, 3s);
    CHECK(gate.opens_at() == start + 4s);
    CHECK(gate.is_open(start + 4s));
}

namespace {

const std::string secret = R"({"kind":"Secret","metadata":{"name":"regcred"}})";

/// Overloaded while `wait` is set.
struct overloaded_server {
    std::atomic<const char*> wait = "1";
    std::atomic<int> status = 429;
    api_fixture api{[this](const std::string&) {
        const char* text = wait.load();
        if (text == nullptr) return harness::http_answer(200, secret);
        return harness::http_answer(
            status, R"({"kind":"Status","code":429})", std::string("Retry-After: ") + text + "\r\n");
    }};
    std::optional<result<json>> answer;

    [[nodiscard]] std::size_t requests() const { return api.server.requests().size(); }
    void start_get() {
        boost::asio::co_spawn(
            api.io, api.client->get(secrets, "a", "b"), [this](const std::exception_ptr&, auto got) {
                answer.emplace(std::move(got));
            });
    }
};

}  // namespace

TEST_CASE("after a Retry-After the next request waits") {
    overloaded_server server;
    auto& api = server.api;
    SUBCASE("429") {}
    SUBCASE("503") {
        server.status = 503;
    }
    const auto refused = api.run(api.client->get(secrets, "a", "first"));
    CHECK(refused.error().retry_after == 1s);
    const auto since = std::chrono::steady_clock::now();
    server.start_get();
    api.io.restart();
    api.io.poll();
    CHECK(server.requests() == 1);
    server.wait = nullptr;
    harness::run_until(api.io, [&] { return server.answer.has_value(); });
    CHECK(*server.answer);
    CHECK(std::chrono::steady_clock::now() - since >= 900ms);
    CHECK(server.requests() == 2);
}

TEST_CASE("a refused watch makes all requests but another watch wait") {
    overloaded_server server;
    auto& api = server.api;
    server.wait = "60";
    CHECK_FALSE(api.run(api.client->watch({secrets, "", "", false}, {"1", false, {}})));
    server.start_get();
    api.io.restart();
    api.io.poll();
    CHECK(server.requests() == 1);
    server.wait = nullptr;
    CHECK(api.run(api.client->watch({secrets, "", "", false}, {"1", false, {}})));
    CHECK(server.requests() == 2);
    api.client->close();
    harness::run_until(api.io, [&] { return server.answer.has_value(); });
    CHECK(server.answer->error().kind == error_kind::cancelled);
    CHECK(server.requests() == 2);
}

TEST_CASE("a Retry-After of another status holds only its own request") {
    overloaded_server server;
    server.status = 500;
    server.wait = "60";
    auto& api = server.api;
    CHECK_FALSE(api.run(api.client->get(secrets, "a", "first")));
    CHECK_FALSE(api.run(api.client->get(secrets, "a", "second")));
    CHECK(server.requests() == 2);
}
