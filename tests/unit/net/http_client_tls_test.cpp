// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "unit/net/client_stage.hpp"

#include <string>

using harness::scripted_server;
using harness::scripted_session;
using net::failure;

namespace {

void answer_ok(scripted_session& session, int) {
    while (!session.read_request().empty())
        session.write(harness::http_answer(200, "{}"));
}

net::tls_config config_of(std::string ca_pem) {
    net::tls_config config;
    config.ca_pem = std::move(ca_pem);
    return config;
}

harness::certificate_wish wish_for(std::vector<std::string> dns_names, std::vector<std::string> addresses) {
    harness::certificate_wish wish;
    wish.dns_names = std::move(dns_names);
    wish.addresses = std::move(addresses);
    return wish;
}

}  // namespace

TEST_CASE("a server is trusted by its chain and by the address or the name in its certificate") {
    struct row {
        const char* what;
        harness::certificate_wish shown;
        std::string host;
        std::string server_name;
        bool accepted;
    };
    auto common_name_only = wish_for({}, {});
    common_name_only.common_name = "localhost";
    auto expired = wish_for({"localhost"}, {"127.0.0.1"});
    expired.expired = true;
    auto client_certificate = wish_for({"localhost"}, {"127.0.0.1"});
    client_certificate.for_client = true;
    const std::vector<row> rows = {
        {"address", wish_for({}, {"127.0.0.1"}), "127.0.0.1", "", true},
        {"another address", wish_for({}, {"127.0.0.2"}), "127.0.0.1", "", false},
        {"the address as a DNS name", wish_for({"127.0.0.1"}, {}), "127.0.0.1", "", false},
        {"name", wish_for({"localhost"}, {}), "localhost", "", true},
        {"another name", wish_for({"remotehost"}, {}), "localhost", "", false},
        {"configured name", wish_for({"api.example"}, {}), "127.0.0.1", "api.example", true},
        {"configured name, certificate for the address",
         wish_for({}, {"127.0.0.1"}),
         "127.0.0.1",
         "api.example",
         false},
        {"configured address", wish_for({}, {"10.1.2.3"}), "127.0.0.1", "10.1.2.3", true},
        {"wildcard for one label", wish_for({"*.example.org"}, {}), "127.0.0.1", "api.example.org", true},
        {"wildcard is no more than a label",
         wish_for({"*.example.org"}, {}),
         "127.0.0.1",
         "a.b.example.org",
         false},
        {"wildcard inside a label", wish_for({"a*.example.org"}, {}), "127.0.0.1", "api.example.org", false},
        {"no name but the common name", common_name_only, "localhost", "", false},
        {"expired", expired, "127.0.0.1", "", false},
        {"a client's certificate", client_certificate, "127.0.0.1", "", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const scripted_server server(test_ca().issue(row.shown), answer_ok);
        client_stage stage(server.port(), patient_limits(), row.host);
        stage.trust(test_ca().certificate(), row.server_name);
        const auto answer = stage.get();
        if (row.accepted) {
            CHECK(answer);
        } else {
            check_failed(answer, failure::tls);
            CHECK(answer.error().what.find("certificate is refused") != std::string::npos);
            CHECK_FALSE(answer.error().sent);
            CHECK(server.requests().empty());
        }
    }
}

TEST_CASE("the handshake asks for a name, never for an address") {
    const auto tell_name = [](scripted_session& session, int) {
        while (!session.read_request().empty())
            session.write(harness::http_answer(200, session.asked_name()));
    };
    const scripted_server server(test_ca().issue(wish_for({"localhost", "api.example"}, {"127.0.0.1"})),
                                 tell_name);
    CHECK(client_stage(server.port()).get()->body.reveal().empty());
    CHECK(client_stage(server.port(), patient_limits(), "localhost").get()->body.reveal() == "localhost");
    client_stage configured(server.port());
    configured.trust(test_ca().certificate(), "api.example");
    CHECK(configured.get()->body.reveal() == "api.example");
}

TEST_CASE("a server of another CA is refused, until its CA is trusted too") {
    const harness::certificate_authority other;
    const scripted_server server(other.issue_for_loopback(), answer_ok);
    client_stage stage(server.port());
    check_failed(stage.get(), failure::tls);
    stage.trust(test_ca().certificate() + other.certificate());
    CHECK(stage.get());
}

TEST_CASE("a certificate that stands in the bundle itself is trusted, as Go does") {
    const auto shown = test_ca().issue_for_loopback();
    const scripted_server server(shown, answer_ok);
    client_stage stage(server.port());
    stage.trust(shown.certificate);
    CHECK(stage.get());
}

TEST_CASE("TLS 1.2 is the least") {
    harness::server_options options;
    options.newest_tls = 0x0302;  // TLS 1.1
    options.cipher_list = "ALL:@SECLEVEL=0";
    const scripted_server old(test_ca().issue_for_loopback(), answer_ok, options);
    check_failed(client_stage(old.port()).get(), failure::tls);
    options.newest_tls = 0x0303;  // TLS 1.2
    const scripted_server good(test_ca().issue_for_loopback(), answer_ok, options);
    CHECK(client_stage(good.port()).get());
}

TEST_CASE("the client shows its certificate, if it has one") {
    harness::server_options options;
    options.ask_for_client = true;
    const auto tell_name = [](scripted_session& session, int) {
        while (!session.read_request().empty())
            session.write(harness::http_answer(200, session.client_name()));
    };
    const scripted_server server(test_ca().issue_for_loopback(), tell_name, options);
    client_stage stage(server.port());
    CHECK(stage.get()->body.reveal().empty());

    harness::certificate_wish wish;
    wish.common_name = "system:test";
    wish.for_client = true;
    const auto own = test_ca().issue(wish);
    auto config = config_of(test_ca().certificate());
    config.client_certificate = own.certificate + test_ca().certificate();
    config.client_key = util::secret_bytes::copy_of(own.key);
    REQUIRE(stage.client->use(config));
    CHECK(stage.get()->body.reveal() == "system:test");
}

TEST_CASE("certificates that cannot be used are refused with a reason and change nothing") {
    const scripted_server server(test_ca().issue_for_loopback(), answer_ok);
    client_stage stage(server.port());
    REQUIRE(stage.get());

    const auto first = test_ca().issue_for_loopback();
    const auto second = test_ca().issue_for_loopback();
    const auto with_client = [](const std::string& certificate, const std::string& key) {
        auto config = config_of(test_ca().certificate());
        config.client_certificate = certificate;
        config.client_key = util::secret_bytes::copy_of(key);
        return config;
    };
    const auto cut = test_ca().certificate().substr(0, 300);
    std::vector<std::pair<net::tls_config, std::string>> rows;
    rows.emplace_back(config_of("no PEM at all: CANARY"), "CA certificates: none found");
    rows.emplace_back(config_of(cut), "CA certificates");
    rows.emplace_back(config_of(test_ca().certificate() + cut), "CA certificates: number 2");
    rows.emplace_back(config_of("-----BEGIN CERTIFICATE-----\nQ0FOQVJZ\n-----END CERTIFICATE-----\n"),
                      "CA certificates: number 1");
    rows.emplace_back(with_client(first.certificate, ""), "client key");
    rows.emplace_back(with_client("", first.key), "client certificate");
    rows.emplace_back(with_client(first.certificate, second.key), "does not belong");
    rows.emplace_back(with_client(first.certificate, "CANARY"), "client key");
    for (const auto& [config, reason] : rows) {
        const auto used = stage.client->use(config);
        REQUIRE_FALSE(used);
        CHECK(used.error().phase == failure::tls);
        CHECK(used.error().what.find(reason) != std::string::npos);
        CHECK(used.error().what.find("CANARY") == std::string::npos);
    }
    CHECK(stage.get());
    CHECK(server.connections() == 1);  // not even the idle connection was dropped
}

TEST_CASE("nothing is sent before certificates were loaded") {
    const scripted_server server(test_ca().issue_for_loopback(), answer_ok);
    boost::asio::io_context io;
    net::http_client client(io.get_executor(), {"127.0.0.1", server.port()}, patient_limits());
    const auto what = request_for("/");
    check_failed(harness::run(io, client.send(what)), failure::tls);
    CHECK(server.connections() == 0);
}

TEST_CASE("after a change of certificates new connections are made, and running calls end as they are") {
    const harness::certificate_authority next;
    std::atomic<bool> asked{false};
    std::atomic<bool> go_on{false};
    scripted_server server(test_ca().issue_for_loopback(), [&](scripted_session& session, int) {
        for (;;) {
            const auto request = session.read_request();
            if (request.empty()) return;
            if (request.starts_with("GET /slow")) {
                asked = true;
                go_on.wait(false);
            }
            session.write(harness::http_answer(200, "{}"));
        }
    });
    client_stage stage(server.port());
    REQUIRE(stage.get());
    running_call slow(stage, request_for("/slow"));
    harness::run_until(stage.io, [&] { return asked.load(); });
    CHECK(server.connections() == 1);

    server.show(next.issue_for_loopback());
    stage.trust(next.certificate());
    CHECK(stage.get());
    CHECK(server.connections() == 2);
    go_on = true;
    go_on.notify_all();
    harness::run_until(stage.io, [&] { return slow.ended(); });
    CHECK(slow.answer());
    CHECK(stage.get());
    CHECK(server.connections() == 2);  // the old connection was not kept
}
