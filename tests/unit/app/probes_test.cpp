// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/probes.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

namespace {

net::server_response page(std::string_view path, const std::optional<std::string>& not_synced) {
    const runtime::metrics_registry metrics;
    return probe_page(path, [&] { return not_synced; }, metrics);
}

}  // namespace

TEST_CASE("/healthz is 200, synced or not") {
    CHECK(page("/healthz", std::nullopt).status == 200);
    CHECK(page("/healthz", "namespaces\n").status == 200);
}

TEST_CASE("/readyz is 503 with the reason, then 200") {
    const auto waiting = page("/readyz", "namespaces\n");
    CHECK(waiting.status == 503);
    CHECK(waiting.body == "not ready:\nnamespaces\n");
    CHECK(page("/readyz", std::nullopt).status == 200);
}

TEST_CASE("/metrics has the content type that Prometheus expects") {
    const auto metrics = page("/metrics", "namespaces\n");
    CHECK(metrics.status == 200);
    CHECK(metrics.content_type == runtime::metrics_registry::content_type);
}

TEST_CASE("any other path is 404") {
    CHECK(page("/", std::nullopt).status == 404);
    CHECK(page("/healthz/", std::nullopt).status == 404);
}
