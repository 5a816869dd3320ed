// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/metrics.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

namespace {

using runtime::metrics_registry;

double zero() {
    return 0;
}

TEST_CASE("metrics are written with their help and type, sorted by name") {
    metrics_registry registry;
    registry.gauge_func("queue_depth", "Keys that wait.", [] { return 3.0; });
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

TEST_CASE("a histogram has a bucket for each bound and one for all, a sum and a count") {
    metrics_registry registry;
    auto& delays = registry.histograms("delay_seconds", "Delays.", {0.1, 1, 10}, {"queue"});
    auto& secrets = delays.with({"secrets"});
    secrets.observe(0.05);
    secrets.observe(0.1);  // a bound belongs to its bucket
    secrets.observe(std::chrono::milliseconds(2500));
    secrets.observe(100);
    CHECK(registry.text() ==
          "# HELP delay_seconds Delays.\n"
          "# TYPE delay_seconds histogram\n"
          "delay_seconds_bucket{queue=\"secrets\",le=\"0.1\"} 2\n"
          "delay_seconds_bucket{queue=\"secrets\",le=\"1\"} 2\n"
          "delay_seconds_bucket{queue=\"secrets\",le=\"10\"} 3\n"
          "delay_seconds_bucket{queue=\"secrets\",le=\"+Inf\"} 4\n"
          "delay_seconds_sum{queue=\"secrets\"} 102.65\n"
          "delay_seconds_count{queue=\"secrets\"} 4\n");
}

TEST_CASE("a histogram without labels and without values has its buckets") {
    metrics_registry registry;
    registry.histograms("plain_seconds", "Plain.", {1});
    CHECK(registry.text() ==
          "# HELP plain_seconds Plain.\n"
          "# TYPE plain_seconds histogram\n"
          "plain_seconds_bucket{le=\"1\"} 0\n"
          "plain_seconds_bucket{le=\"+Inf\"} 0\n"
          "plain_seconds_sum 0\n"
          "plain_seconds_count 0\n");
}

TEST_CASE("the bounds of a histogram must ascend") {
    CHECK_THROWS_AS(runtime::histogram({1, 1}), std::logic_error);
    CHECK_THROWS_AS(runtime::histogram({2, 1}), std::logic_error);
}

TEST_CASE("a counter that has not been incremented is 0") {
    metrics_registry registry;
    registry.counters("plain_total", "Plain.");
    registry.counters("labelled_total", "Labelled.", {"kind"}).with({"a"});
    const std::string text = registry.text();
    CHECK(text.find("\nplain_total 0\n") != std::string::npos);
    CHECK(text.find("\nlabelled_total{kind=\"a\"} 0\n") != std::string::npos);
}

TEST_CASE("the value of a function is read each time the text is written") {
    metrics_registry registry;
    double depth = 1;
    registry.gauge_func("depth", "Depth.", [&depth] { return depth; });
    registry.counter_func("seen_total", "Seen.", [] { return 7.0; });
    CHECK(registry.text().find("\ndepth 1\n") != std::string::npos);
    depth = 2.5;
    CHECK(registry.text().find("\ndepth 2.5\n") != std::string::npos);
    CHECK(registry.text().find("# TYPE seen_total counter\nseen_total 7\n") != std::string::npos);
}

TEST_CASE("the samples of a gauge with labels are read each time the text is written") {
    metrics_registry registry;
    metrics_registry::samples samples{{{"hub", "Ready"}, 1.0}, {{"b", "Ready"}, 0.0}};
    registry.gauges_func("condition", "C.", {"name", "type"}, [&samples] { return samples; });
    CHECK(registry.text() ==
          "# HELP condition C.\n# TYPE condition gauge\n"
          "condition{name=\"hub\",type=\"Ready\"} 1\ncondition{name=\"b\",type=\"Ready\"} 0\n");
    samples.pop_back();
    CHECK(registry.text().find("\"b\"") == std::string::npos);
    samples.push_back({{"too few"}, 1.0});
    CHECK_THROWS_AS(static_cast<void>(registry.text()), std::logic_error);
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
    double value = 0;
    registry.gauge_func("g", "G.", [&value] { return value; });
    const auto written = [&](double number) {
        value = number;
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

TEST_CASE("a counter stays in place when others are made") {
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
    CHECK_THROWS_AS(registry.gauge_func("a_total", "Again.", zero), std::logic_error);
    CHECK_THROWS_AS(registry.counters("a_total", "Again."), std::logic_error);
    for (const char* name : {"", "1a", "a-b", "a b"}) {
        CAPTURE(name);
        CHECK_THROWS_AS(registry.gauge_func(name, "Bad.", zero), std::logic_error);
    }
    registry.gauge_func("a:b_C9", "Good.", zero);
}

}  // namespace
