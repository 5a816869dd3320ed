// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "chart.hpp"
#include "prometheus.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace harness;

// What deploy/monitoring asks of /metrics, with a real Prometheus.

namespace {

struct monitored : scenario {
    int rounds = 0;

    /// Something of everything: new namespaces, a copy that another writer deletes, and a rotation. Each time
    /// another copy, or the controller would wait longer and longer before it repairs it.
    void churn(const synced_objects& objects) {
        const auto tag = std::to_string(++rounds);
        const auto ns = add_namespaces("team" + tag + "x", 3).front();
        eventually("the new namespace has its copy",
                   [&] { return api().find(secret_path(ns)) ? "" : "none"; });
        const auto old = uid_of(copy_in(ns));
        api().remove(secret_path(ns));
        eventually("the deleted copy is there again", [&] {
            const auto copy = api().find(secret_path(ns));
            return copy && uid_of(*copy) != old ? "" : "not yet";
        });
        change_source(objects.source, one_login("quay.io", tag));
        await_copy(ns, document_of(one_login("quay.io", tag)));
        await_condition(objects.credential, "Ready", "True", "Synced");
    }
    [[nodiscard]] std::uint16_t port() const {
        for (const auto& record : log_records()) {
            if (record["msg"] == "listening") return record["port"].get<std::uint16_t>();
        }
        return 0;
    }
    [[nodiscard]] std::string metrics_text() {
        const auto answer = controller().get("/metrics");
        REQUIRE(answer);
        return answer->body;
    }
    [[nodiscard]] bool logged(const std::string& message) const {
        return std::ranges::any_of(log_records(),
                                   [&](const json& record) { return record["msg"] == message; });
    }
};

bool has_number(const json& result) {
    return std::ranges::any_of(
        result, [](const json& series) { return series.at("value").at(1).get<std::string>() != "NaN"; });
}

/// The names of all metrics in a text.
std::set<std::string> names_in(const std::string& text) {
    std::set<std::string> names;
    constexpr std::string_view mark = "# TYPE ";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        const auto begin = at + mark.size();
        names.insert(text.substr(begin, text.find(' ', begin) - begin));
    }
    return names;
}

}  // namespace

TEST_CASE_FIXTURE(
    monitored,
    "a real Prometheus reads the metrics, and each query of the dashboard and the alerts has a result") {
    start();
    const auto ns = add_namespace("team-a");
    const auto objects = synced({ns}, "first", {named("team*")});
    change_spec(objects.credential, {{"serviceAccounts", {"default"}}});
    await_condition(objects.credential, "ServiceAccountsPatched", "True", "Patched");

    const auto text = metrics_text();
    const auto lint = run({"promtool", "check", "metrics"}, text);
    CHECK_MESSAGE(lint.code == 0, lint.text);
    CHECK_MESSAGE(lint.text.empty(), lint.text);

    const prometheus server(port());
    const auto queries = dashboard_queries();
    REQUIRE(queries.size() > 30);
    std::set<std::string> answered;  // some have a result only now and then, such as while Ready is True
    int looks = 0;
    wait_until("each query of the dashboard has had a result", [&] {
        if (looks++ % 10 == 0) churn(objects);
        std::string missing = server.scrape_error();
        for (const auto& each : queries) {
            if (has_number(server.query(each.expression))) answered.insert(each.expression);
            if (!answered.contains(each.expression))
                missing += fmt::format("\n{}: {}", each.title, each.expression);
        }
        return missing;
    });

    const auto names = names_in(metrics_text());
    auto all = queries;
    for (auto& each : rule_queries(server))
        all.push_back(std::move(each));
    for (const auto& each : all) {
        for (const auto& metric : metrics_in(each.expression))
            CHECK_MESSAGE(names.contains(metric), each.title << ": " << metric);
    }
    for (const auto& [name, rule] : server.rules()) {
        CHECK_MESSAGE(rule.at("health") == "ok", name << ": " << rule.value("lastError", ""));
    }
}

TEST_CASE_FIXTURE(monitored, "a first sync and a rotation are one Event and one line of the log each") {
    start();
    const auto all = add_namespaces("team", 5);
    const auto objects = synced(all, "first", {named("team*")});
    const auto described = [&] {
        return run_or_throw({"kubectl", "describe", "registrycredential", objects.credential});
    };
    const auto lines = [&](const std::string& cause) {
        std::vector<json> found;
        for (const auto& record : log_records()) {
            if (record["msg"] == "all Secrets reconciled" &&
                record["registrycredential"] == objects.credential && record["cause"] == cause)
                found.push_back(record);
        }
        return found;
    };
    eventually("the first sync is told", [&] { return lines("created").size() == 1 ? "" : "not yet"; });
    CHECK(lines("created")[0]["written"] == 5);
    CHECK(lines("created")[0]["failed"] == 0);
    CHECK(lines("created")[0]["level"] == "info");
    change_source(objects.source, one_login("quay.io", "second"));
    await_copies(all, document_of(one_login("quay.io", "second")));
    eventually("the rotation is told", [&] { return lines("source_changed").size() == 1 ? "" : "not yet"; });
    CHECK(lines("source_changed")[0]["written"] == 5);
    CHECK(lines("source_changed")[0]["duration_ms"].is_number());
    eventually("the Events are there", [&] {
        const auto text = described();
        const bool told = text.find("Created Secret regcred in 5 namespaces") != std::string::npos &&
                          text.find("Updated Secret regcred in 5 namespaces") != std::string::npos &&
                          text.find("after a source changed; no namespace failed") != std::string::npos;
        return told ? "" : text;
    });
}

TEST_CASE_FIXTURE(monitored, "SIGUSR1 logs a snapshot, and SIGUSR2 switches the log level") {
    start();  // with --log-level=debug
    controller().send_signal(SIGUSR1);
    eventually("the snapshot is logged", [&] { return logged("snapshot of process") ? "" : "not yet"; });
    for (const auto* part : {"snapshot of objects", "snapshot of queue", "snapshot of watch"})
        CHECK_MESSAGE(logged(part), part);
    controller().send_signal(SIGUSR2);
    eventually("the level is switched", [&] { return logged("log level changed") ? "" : "not yet"; });
    const auto ns = add_namespace("team");
    static_cast<void>(synced({ns}, "quiet"));
    CHECK_FALSE(logged("wrote Secret"));
    controller().send_signal(SIGUSR2);
    eventually("single writes are logged again", [&] {
        add_namespaces(fmt::format("more{}x", ++rounds), 1);
        api().remove(secret_path(ns));
        return logged("wrote Secret") ? "" : "not yet";
    });
}

// Run by tests/monitoring/pictures.sh.
TEST_CASE_FIXTURE(monitored, "the pictures of deploy/monitoring/README.md are drawn" * doctest::skip()) {
    constexpr std::chrono::seconds recorded{120};
    start();
    const auto ns = add_namespace("team-a");
    const auto objects = synced({ns}, "first", {named("team*")});
    const prometheus server(port());
    add_namespaces("team-old", 200);
    const auto end = std::chrono::steady_clock::now() + recorded;
    while (std::chrono::steady_clock::now() < end) {
        churn(objects);
        std::this_thread::sleep_for(std::chrono::seconds(7));
    }
    for (const auto& [file, titles] : charts_of_readme())
        write_chart(REGCRED_REPOSITORY "/deploy/monitoring/" + file, titles, [&](const named_query& query) {
            return server.query_range(query.expression, recorded);
        });
}
