// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/probes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

namespace {

net::server_request request_for(std::string_view path, std::string accept = {}) {
    return {.path = std::string(path), .accept = std::move(accept), .authorization = {}};
}

net::server_response page(std::string_view path, const readiness& state) {
    const runtime::metrics_registry metrics;
    return probe_page(request_for(path), [&] { return state; }, &metrics);
}

const readiness ready{.ready = true, .failures = {}, .role = {}};
const readiness waiting{.ready = false, .failures = "namespaces\n", .role = {}};

}  // namespace

TEST_CASE("/healthz is 200, synced or not") {
    CHECK(page("/healthz", ready).status == 200);
    CHECK(page("/healthz", waiting).status == 200);
}

TEST_CASE("/readyz is 503 with the reason, then 200") {
    const auto before = page("/readyz", waiting);
    CHECK(before.status == 503);
    CHECK(before.body == "not ready:\nnamespaces\n");
    CHECK(page("/readyz", ready).status == 200);
    CHECK(page("/readyz", ready).body == "ok\n");
}

TEST_CASE("/readyz is 200 and names what fails while the rest works") {
    const auto partly =
        page("/readyz", {.ready = true, .failures = "secrets named x: forbidden\n", .role = {}});
    CHECK(partly.status == 200);
    CHECK(partly.body == "ok, except:\nsecrets named x: forbidden\n");
}

TEST_CASE("/readyz says whether the process leads; a standby that could take over is ready") {
    CHECK(page("/readyz", {.ready = true, .failures = {}, .role = "leader"}).body == "ok\nleader\n");
    const auto standby = page("/readyz", {.ready = true, .failures = {}, .role = "standby"});
    CHECK(standby.status == 200);
    CHECK(standby.body == "ok\nstandby\n");
    CHECK(page("/readyz", {.ready = false, .failures = "namespaces\n", .role = "standby"}).body ==
          "not ready:\nnamespaces\nstandby\n");
}

TEST_CASE("/metrics has the content type that Prometheus expects") {
    const auto metrics = page("/metrics", waiting);
    CHECK(metrics.status == 200);
    CHECK(metrics.content_type == "text/plain; version=0.0.4; charset=utf-8");
    const runtime::metrics_registry registry;
    const auto open =
        probe_page(request_for("/metrics", "application/openmetrics-text"), [] { return ready; }, &registry);
    CHECK(open.content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
    CHECK(open.body == "# EOF\n");
}

TEST_CASE("/metrics is not a probe when it is served with TLS elsewhere") {
    const auto elsewhere = probe_page(request_for("/metrics"), [] { return ready; }, nullptr);
    CHECK(elsewhere.status == 404);
    CHECK(elsewhere.body.find("--metrics-listen-address") != std::string::npos);
}

TEST_CASE("any other path is 404") {
    CHECK(page("/", ready).status == 404);
    CHECK(page("/healthz/", ready).status == 404);
}
