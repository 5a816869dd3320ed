// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_server.hpp"

#include "support/log_capture.hpp"
#include "unit/kube/client/api_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace std::chrono_literals;

unsigned status_for(access_verdict answer) {
    const auto refusal = refusal_of(answer);
    return refusal ? refusal->status : 200;
}

}  // namespace

TEST_CASE("each refusal has its HTTP status") {
    CHECK(status_for(access_verdict::allowed) == 200);
    CHECK(status_for(access_verdict::unauthenticated) == 401);
    CHECK(status_for(access_verdict::forbidden) == 403);
    CHECK(status_for(access_verdict::too_many) == 429);
    CHECK(status_for(access_verdict::unknown) == 503);
}

TEST_CASE(
    "a certificate is read again when its files change, and the last one stays while they cannot be used") {
    const harness::certificate_authority ca;
    const harness::temporary_folder folder;
    const auto write = [&](const harness::identity& identity) {
        folder.write("tls.crt", identity.certificate);
        folder.write("tls.key", identity.key);
    };
    server_certificate certificate(folder.path("tls.crt"), folder.path("tls.key"));
    const runtime::time_point start{1h};
    CHECK_FALSE(certificate.load());
    const auto first = ca.issue_for_loopback();
    write(first);
    REQUIRE(certificate.load());
    CHECK(certificate.current());
    CHECK_FALSE(certificate.poll(start));

    const auto second = ca.issue_for_loopback();
    folder.write("tls.crt", second.certificate);  // half of a rotation
    CHECK_FALSE(certificate.poll(start + 10s - 1ns));
    CHECK(certificate.fault().empty());
    CHECK_FALSE(certificate.poll(start + 10s));
    CHECK(certificate.fault() == "server key: does not belong to the server certificate");
    CHECK(certificate.current());
    write(second);
    CHECK(certificate.poll(start + 20s));
    CHECK(certificate.fault().empty());
    CHECK_FALSE(certificate.poll(start + 30s));
}

TEST_CASE("files that cannot be used at the start are an error that names them") {
    api_fixture api([](const std::string&) { return std::string(); });
    support::log_capture log_lines;
    const runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::metrics_registry metrics;
    const secure_metrics settings{
        .host = "127.0.0.1", .port = 0, .certificate_file = api.folder.path("none"), .key_file = "none"};
    metrics_server server(api.io.get_executor(), *api.client, log, metrics, settings);
    const auto failed = server.listen();
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message.find(settings.certificate_file) != std::string::npos);
    CHECK(metrics.text().find("regcred_metrics_certificate_reloads_total 0") != std::string::npos);
}
