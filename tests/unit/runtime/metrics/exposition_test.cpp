// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/exposition.hpp"

#include "runtime/metrics/metrics.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using runtime::exposition_format;

TEST_CASE("OpenMetrics is chosen if the client prefers it to text/plain, in a version that is written") {
    struct row {
        std::string accept;
        exposition_format chosen;
    };
    const std::vector<row> rows{
        {"", exposition_format::text},
        {"*/*", exposition_format::text},
        {"text/plain", exposition_format::text},
        {"application/openmetrics-text", exposition_format::open_metrics},
        {"application/openmetrics-text; version=1.0.0; charset=utf-8", exposition_format::open_metrics},
        {"application/openmetrics-text; version=0.0.1", exposition_format::text},
        // Prometheus 2.42
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
         "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         exposition_format::open_metrics},
        {"text/plain;q=0.9, application/openmetrics-text;q=0.8", exposition_format::text},
        {"text/plain;q=0.8, application/openmetrics-text;q=0.8", exposition_format::open_metrics},
        {"application/openmetrics-text;q=0", exposition_format::text},
        {"application/openmetrics-text;q=many", exposition_format::text},
        {",;,=;q", exposition_format::text},
    };
    for (const auto& row : rows) {
        CAPTURE(row.accept);
        CHECK((runtime::format_for(row.accept) == row.chosen));
    }
}

TEST_CASE(
    "OpenMetrics names a counter without _total, has floats as bounds, escapes quotes, and has an end") {
    runtime::metrics_registry registry;
    registry.counters("writes_total", "Writes of \"all\".", {"verb"}).with({"create"}).add(2);
    registry.histograms("wait_seconds", "Waits.", {0.5, 1}).with({}).observe(0.7);
    registry.gauge_func("depth", "Depth.", [] { return 3.0; });
    CHECK(registry.text(exposition_format::open_metrics) ==
          "# HELP depth Depth.\n"
          "# TYPE depth gauge\n"
          "depth 3\n"
          "# HELP wait_seconds Waits.\n"
          "# TYPE wait_seconds histogram\n"
          "wait_seconds_bucket{le=\"0.5\"} 0\n"
          "wait_seconds_bucket{le=\"1.0\"} 1\n"
          "wait_seconds_bucket{le=\"+Inf\"} 1\n"
          "wait_seconds_sum 0.7\n"
          "wait_seconds_count 1\n"
          "# HELP writes Writes of \\\"all\\\".\n"
          "# TYPE writes counter\n"
          "writes_total{verb=\"create\"} 2\n"
          "# EOF\n");
}

TEST_CASE("a content type names its version") {
    CHECK(runtime::content_type_of(exposition_format::text) == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(runtime::content_type_of(exposition_format::open_metrics) ==
          "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST_CASE("a counter must have a name that ends in _total") {
    runtime::metrics_registry registry;
    CHECK_THROWS_AS(registry.counters("writes", "W."), std::logic_error);
    CHECK_THROWS_AS(registry.counter_func("writes", "W.", [] { return 0.0; }), std::logic_error);
}

TEST_CASE("counters and histograms of others are read each time the text is written") {
    runtime::metrics_registry registry;
    runtime::histogram waits({1});
    double retries = 1;
    using samples = runtime::metrics_registry::samples;
    using histograms = runtime::metrics_registry::histogram_samples;
    registry.counters_func("retries_total", "R.", {"queue"}, [&] { return samples{{{"a"}, retries}}; });
    registry.histograms_func("wait_seconds", "W.", {"queue"}, [&] { return histograms{{{"a"}, &waits}}; });
    retries = 2;
    waits.observe(0.5);
    const auto text = registry.text();
    CHECK(text.find("\nretries_total{queue=\"a\"} 2\n") != std::string::npos);
    CHECK(text.find("\nwait_seconds_bucket{queue=\"a\",le=\"1\"} 1\n") != std::string::npos);
    CHECK(text.find("\nwait_seconds_count{queue=\"a\"} 1\n") != std::string::npos);
}
