// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/leader_election/leader_elector.hpp"

#include "support/log_capture.hpp"
#include "unit/kube/client/api_fixture.hpp"

#include <boost/asio/co_spawn.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <latch>
#include <string>

using namespace std::chrono_literals;

namespace {

std::string lease_of(const std::string& holder, int version) {
    return fmt::format(
        R"({{"kind":"Lease","metadata":{{"name":"ours","namespace":"home","uid":"u1","resourceVersion":"{}"}},
            "spec":{{"holderIdentity":"{}","leaseDurationSeconds":15}}}})",
        version,
        holder);
}

/// An API server with one Lease. It does not answer a watch or a list of Leases.
struct election {
    std::atomic<int> writes{0};
    std::atomic<bool> hangs{false};   // renewals get no response
    std::atomic<bool> denies{false};  // 403 for all
    std::atomic<bool> fails{false};   // 500 for all
    std::atomic<bool> denies_writes{false};
    std::atomic<bool> waits{false};  // the first write has a response when the test says so
    std::latch answer{1};

    api_fixture api{[this](const std::string& request) { return respond(request); }};
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    int led = 0;
    int lost = 0;
    runtime::leader_elector elector;

    explicit election(runtime::lease_timing timing = {})
        : elector(api.io.get_executor(),
                  *api.client,
                  log,
                  {.namespace_name = "home",
                   .lease_name = "ours",
                   .identity = "me",
                   .remedy = "ask for it",
                   .timing = timing,
                   .random = [] { return 0.0; },
                   .clock = [] { return runtime::wall_time{}; },
                   .on_lead = [this] { ++led; },
                   .on_lose = [this] { ++lost; }}) {}

    std::string respond(const std::string& request) {
        if (denies) return harness::http_answer(403, R"({"kind":"Status","code":403,"message":"no right"})");
        if (fails)
            return harness::http_answer(500, R"({"kind":"Status","code":500,"message":"out of order"})");
        if (request.starts_with("GET") && request.find("/leases/ours ") == std::string::npos)
            return harness::http_answer(500, "{}");
        if (request.starts_with("GET")) return harness::http_answer(404, R"({"kind":"Status","code":404})");
        if (denies_writes)
            return harness::http_answer(403, R"({"kind":"Status","code":403,"message":"no write"})");
        if (hangs && writes > 0) return {};
        if (waits.exchange(false)) answer.wait();
        const bool released = request.find(R"("holderIdentity":"")") != std::string::npos;
        return harness::http_answer(200, lease_of(released ? "" : "me", ++writes));
    }

    [[nodiscard]] std::string last_write() const {
        const auto requests = api.server.requests();
        const auto write = std::ranges::find_if(requests.rbegin(), requests.rend(), [](const auto& request) {
            return request.starts_with("PATCH");
        });
        return write == requests.rend() ? "" : *write;
    }
};

}  // namespace

TEST_CASE("the process that gets the Lease leads, once, and gives it up when it is released") {
    election e;
    e.elector.start();
    harness::run_until(e.api.io, [&] { return e.led > 0; });
    CHECK(e.led == 1);
    CHECK(e.elector.leads());
    CHECK(e.elector.fault().empty());
    CHECK(e.log_lines.count("leader elected leader=me identity=me") == 1);
    CHECK(e.last_write().starts_with(
        "PATCH /apis/coordination.k8s.io/v1/namespaces/home/leases/ours?fieldManager=example-manager "
        "HTTP/1.1"));
    CHECK(has_field(e.last_write(), "Content-Type: application/apply-patch+yaml"));

    e.api.run(e.elector.release(10s));
    CHECK_FALSE(e.elector.leads());
    CHECK(e.last_write().find(R"("holderIdentity":"","leaseDurationSeconds":1)") != std::string::npos);
    CHECK(has_field(e.last_write(), "Content-Type: application/merge-patch+json"));
    CHECK(e.lost == 0);
}

TEST_CASE("a process without the right to use the Lease says so once, and does not lead") {
    election e;
    e.denies = true;
    e.elector.start();
    harness::run_until(e.api.io, [&] { return !e.elector.fault().empty(); });
    CHECK(e.elector.fault() == "no right; ask for it");
    CHECK(e.log_lines.count("cannot use the Lease error=\"no right; ask for it\"") == 1);
    CHECK_FALSE(e.elector.leads());
    CHECK(e.led == 0);
    e.api.run(e.elector.release(10s));
    CHECK(e.last_write().empty());
}

TEST_CASE("a process whose requests for the Lease fail for another reason names no right") {
    election e;
    e.fails = true;
    e.elector.start();
    harness::run_until(e.api.io, [&] { return !e.elector.fault().empty(); });
    CHECK(e.elector.fault() == "out of order");
    e.api.run(e.elector.release(10s));
}

TEST_CASE("a process that may read the Lease and not write it says so once") {
    election e({.lease_duration = 3s, .renew_deadline = 2s, .retry_period = 1s});
    e.denies_writes = true;
    e.elector.start();
    const auto attempts = [&] {
        return std::ranges::count_if(e.api.server.requests(),
                                     [](const auto& request) { return request.starts_with("PATCH"); });
    };
    harness::run_until(e.api.io, [&] { return attempts() >= 2; });
    CHECK(e.elector.fault() == "no write; ask for it");
    CHECK(e.log_lines.count("cannot use the Lease") == 1);
    e.api.client->close();
}

TEST_CASE("a process that is told to end while it takes the Lease gives it up, and does not begin") {
    election e;
    e.waits = true;
    e.elector.start();
    harness::run_until(e.api.io, [&] { return !e.last_write().empty(); });
    bool ended = false;
    boost::asio::co_spawn(e.api.io, e.elector.release(10s), [&](const std::exception_ptr&) { ended = true; });
    e.api.io.restart();
    e.api.io.poll();
    CHECK_FALSE(ended);
    e.answer.count_down();
    harness::run_until(e.api.io, [&] { return ended; });
    CHECK(e.led == 0);
    CHECK(e.last_write().find(R"("holderIdentity":"")") != std::string::npos);
}

TEST_CASE("a renewal that hangs does not delay the end of the leadership") {
    election e({.lease_duration = 4s, .renew_deadline = 2s, .retry_period = 1s});
    e.hangs = true;
    e.elector.start();
    harness::run_until(e.api.io, [&] { return e.led > 0; });
    harness::run_until(e.api.io, [&] { return e.lost > 0; });
    CHECK(e.lost == 1);
    CHECK_FALSE(e.elector.leads());
    e.api.client->close();
}

TEST_CASE("a watch passes on the Lease, and its deletion") {
    std::vector<std::string> seen;
    runtime::lease_sink sink([&](const std::optional<kube::lease>& lease) {
        seen.push_back(lease ? lease->spec.holder_identity : "deleted");
    });
    const auto lease = kube::json::parse(lease_of("other", 7));
    CHECK(sink.item(lease));
    CHECK(sink.list_event({.type = kube::watch_event_type::added, .object = lease, .resource_version = "7"}));
    CHECK(sink.event({.type = kube::watch_event_type::modified, .object = lease, .resource_version = "7"}));
    CHECK(sink.event({.type = kube::watch_event_type::deleted, .object = lease, .resource_version = "8"}));
    CHECK(seen == std::vector<std::string>{"other", "other", "other", "deleted"});
    seen.clear();
    sink.begin_replace();
    CHECK(sink.item(lease));
    sink.end_replace("9");
    CHECK(seen == std::vector<std::string>{"other"});
    sink.begin_replace();
    sink.end_replace("10");
    CHECK(seen == std::vector<std::string>{"other", "deleted"});
    CHECK_FALSE(sink.item(kube::json::object()));
}
