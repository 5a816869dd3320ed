// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/metrics.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

namespace {

using runtime::metrics_registry;

TEST_CASE("counters and gauges are written with their help and type, sorted by name") {
    metrics_registry registry;
    registry.gauges("queue_depth", "Keys that wait.").only().set(3);
    auto& writes = registry.counters("api_writes_total", "Writes.", {"verb", "result"});
    writes.with({"create", "ok"}).add();
    writes.with({"create", "ok"}).add(2);
    writes.with({"update", "failed"}).add();
    CHECK(registry.text() ==
          "# HELP api_writes_total Writes.\n"
          "# TYPE api_writes_total counter\n"
          "api_writes_total{verb=\"create\",result=\"ok\"} 3\n"
          "api_writes_total{verb=\"update\",result=\"failed\"} 1\n"
          "# HELP queue_depth Keys that wait.\n"
          "# TYPE queue_depth gauge\n"
          "queue_depth 3\n");
}

TEST_CASE("what has not happened yet is 0 and not absent") {
    metrics_registry registry;
    registry.counters("plain_total", "Plain.");
    registry.counters("labelled_total", "Labelled.", {"kind"}).with({"a"});
    const std::string text = registry.text();
    CHECK(text.find("\nplain_total 0\n") != std::string::npos);
    CHECK(text.find("\nlabelled_total{kind=\"a\"} 0\n") != std::string::npos);
}

TEST_CASE("a histogram counts cumulatively, and its bounds belong to the bucket below") {
    metrics_registry registry;
    auto& latency = registry.histograms("latency_seconds", "Latency.", {0.25, 1}, {"verb"}).with({"get"});
    for (const double value : {0.25, 0.5, 1.0, 4.0})
        latency.observe(value);
    CHECK(registry.text() ==
          "# HELP latency_seconds Latency.\n"
          "# TYPE latency_seconds histogram\n"
          "latency_seconds_bucket{verb=\"get\",le=\"0.25\"} 1\n"
          "latency_seconds_bucket{verb=\"get\",le=\"1\"} 3\n"
          "latency_seconds_bucket{verb=\"get\",le=\"+Inf\"} 4\n"
          "latency_seconds_sum{verb=\"get\"} 5.75\n"
          "latency_seconds_count{verb=\"get\"} 4\n");
}

TEST_CASE("values that someone else keeps are asked for each time") {
    metrics_registry registry;
    double depth = 1;
    registry.gauge_of("depth", "Depth.", [&depth] { return depth; });
    registry.counter_of("seen_total", "Seen.", [] { return 7.0; });
    CHECK(registry.text().find("\ndepth 1\n") != std::string::npos);
    depth = 2.5;
    CHECK(registry.text().find("\ndepth 2.5\n") != std::string::npos);
    CHECK(registry.text().find("# TYPE seen_total counter\nseen_total 7\n") != std::string::npos);
}

TEST_CASE("label values and help texts are escaped") {
    metrics_registry registry;
    registry.counters("a_total", "Back\\slash, \"quote\"\nand line.", {"l"}).with({"x\\y\"z\nw"});
    CHECK(registry.text() ==
          "# HELP a_total Back\\\\slash, \"quote\"\\nand line.\n"
          "# TYPE a_total counter\n"
          "a_total{l=\"x\\\\y\\\"z\\nw\"} 0\n");
}

TEST_CASE("numbers are written as Prometheus reads them") {
    metrics_registry registry;
    auto& value = registry.gauges("g", "G.").only();
    const auto written = [&](double number) {
        value.set(number);
        const std::string text = registry.text();
        return text.substr(text.rfind(' ') + 1);
    };
    CHECK(written(std::numeric_limits<double>::infinity()) == "+Inf\n");
    CHECK(written(-std::numeric_limits<double>::infinity()) == "-Inf\n");
    CHECK(written(std::numeric_limits<double>::quiet_NaN()) == "NaN\n");
    CHECK(written(1e20) == "1e+20\n");
    CHECK(written(0.1) == "0.1\n");
    CHECK(written(20'000'000) == "20000000\n");
}

TEST_CASE("a metric keeps its place when others are made") {
    metrics_registry registry;
    auto& family = registry.counters("a_total", "A.", {"l"});
    runtime::counter& first = family.with({"m"});
    for (int i = 0; i < 1'000; ++i)
        family.with({std::to_string(i)}).add();
    first.add(5);
    CHECK(family.with({"m"}).value() == 5);
}

TEST_CASE("misuse is a programming error") {
    metrics_registry registry;
    auto& family = registry.counters("a_total", "A.", {"l"});
    CHECK_THROWS_AS(family.with({}), std::logic_error);
    CHECK_THROWS_AS(family.with({"x", "y"}), std::logic_error);
    CHECK_THROWS_AS(registry.gauges("a_total", "Again."), std::logic_error);
    for (const char* name : {"", "1a", "a-b", "a b"}) {
        CAPTURE(name);
        CHECK_THROWS_AS(registry.gauges(name, "Bad."), std::logic_error);
    }
    CHECK_THROWS_AS(runtime::histogram({1.0, 1.0}), std::logic_error);
}

}  // namespace
