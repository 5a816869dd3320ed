// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/tls_context.hpp"

#include "support/temporary_folder.hpp"
#include "unit/net/client_fixture.hpp"

#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

using harness::scripted_server;
using harness::scripted_session;
using net::failure;

namespace {

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

TEST_CASE("a server is trusted by its chain and by the address or name in its certificate") {
    struct row {
        const char* name;
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
        CAPTURE(row.name);
        const scripted_server server(test_ca().issue(row.shown), respond_ok);
        client_fixture fixture(server.port(), long_timeouts(), row.host);
        fixture.trust(test_ca().certificate(), row.server_name);
        const auto response = fixture.get();
        if (row.accepted) {
            CHECK(response);
        } else {
            check_failed(response, failure::tls);
            CHECK(response.error().what.find("certificate is refused") != std::string::npos);
            CHECK_FALSE(response.error().sent);
            CHECK(server.requests().empty());
        }
    }
}

TEST_CASE("SNI holds a name, never an address") {
    const auto tell_name = [](scripted_session& session, int) {
        while (!session.read_request().empty())
            session.write(harness::http_answer(200, session.asked_name()));
    };
    const scripted_server server(test_ca().issue(wish_for({"localhost", "api.example"}, {"127.0.0.1"})),
                                 tell_name);
    CHECK(client_fixture(server.port()).get()->body.reveal().empty());
    CHECK(client_fixture(server.port(), long_timeouts(), "localhost").get()->body.reveal() == "localhost");
    client_fixture configured(server.port());
    configured.trust(test_ca().certificate(), "api.example");
    CHECK(configured.get()->body.reveal() == "api.example");
}

TEST_CASE("a server with a certificate of another CA is refused until that CA is trusted") {
    const harness::certificate_authority other;
    const scripted_server server(other.issue_for_loopback(), respond_ok);
    client_fixture fixture(server.port());
    check_failed(fixture.get(), failure::tls);
    fixture.trust(test_ca().certificate() + other.certificate());
    CHECK(fixture.get());
}

TEST_CASE("a server certificate that is in the CA bundle is trusted, as in Go") {
    const auto shown = test_ca().issue_for_loopback();
    const scripted_server server(shown, respond_ok);
    client_fixture fixture(server.port());
    fixture.trust(shown.certificate);
    CHECK(fixture.get());
}

TEST_CASE("a server below TLS 1.2 is refused") {
    harness::server_options options;
    options.newest_tls = 0x0302;  // TLS 1.1
    options.cipher_list = "ALL:@SECLEVEL=0";
    const scripted_server old(test_ca().issue_for_loopback(), respond_ok, options);
    check_failed(client_fixture(old.port()).get(), failure::tls);
    options.newest_tls = 0x0303;  // TLS 1.2
    const scripted_server good(test_ca().issue_for_loopback(), respond_ok, options);
    CHECK(client_fixture(good.port()).get());
}

TEST_CASE("the client presents its certificate if it has one") {
    harness::server_options options;
    options.ask_for_client = true;
    const auto tell_name = [](scripted_session& session, int) {
        while (!session.read_request().empty())
            session.write(harness::http_answer(200, session.client_name()));
    };
    const scripted_server server(test_ca().issue_for_loopback(), tell_name, options);
    client_fixture fixture(server.port());
    CHECK(fixture.get()->body.reveal().empty());

    harness::certificate_wish wish;
    wish.common_name = "system:test";
    wish.for_client = true;
    const auto own = test_ca().issue(wish);
    auto config = config_of(test_ca().certificate());
    config.client_certificate = own.certificate + test_ca().certificate();
    config.client_key = util::secret_bytes::copy_of(own.key);
    REQUIRE(fixture.client->set_tls_config(config));
    CHECK(fixture.get()->body.reveal() == "system:test");
}

TEST_CASE("set_tls_config() refuses unusable certificates with a reason and changes nothing") {
    const scripted_server server(test_ca().issue_for_loopback(), respond_ok);
    client_fixture fixture(server.port());
    REQUIRE(fixture.get());

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
        const auto used = fixture.client->set_tls_config(config);
        REQUIRE_FALSE(used);
        CHECK(used.error().phase == failure::tls);
        CHECK(used.error().what.find(reason) != std::string::npos);
        CHECK(used.error().what.find("CANARY") == std::string::npos);
    }
    CHECK(fixture.get());
    CHECK(server.connections() == 1);  // the idle connection was kept too
}

TEST_CASE("a client without certificates does not connect") {
    const scripted_server server(test_ca().issue_for_loopback(), respond_ok);
    boost::asio::io_context io;
    net::http_client client(io.get_executor(), {"127.0.0.1", server.port()}, long_timeouts());
    const auto request = request_for("/");
    check_failed(harness::run(io, client.send(request)), failure::tls);
    CHECK(server.connections() == 0);
}

TEST_CASE("a running call ends on its connection after set_tls_config(), and that connection is not reused") {
    const harness::certificate_authority next;
    std::atomic<bool> asked{false};
    std::atomic<bool> go_on{false};
    scripted_server server(test_ca().issue_for_loopback(), [&](scripted_session& session, int number) {
        for (;;) {
            const auto request = session.read_request();
            if (request.empty()) return;
            if (request.starts_with("GET /slow")) {
                asked = true;
                go_on.wait(false);
            }
            session.write(harness::http_answer(200, std::to_string(number)));
        }
    });
    client_fixture fixture(server.port());
    REQUIRE(fixture.get());
    pending_call slow(fixture, request_for("/slow"));
    harness::run_until(fixture.io, [&] { return asked.load(); });
    CHECK(server.connections() == 1);

    server.show(next.issue_for_loopback());
    fixture.trust(next.certificate());
    CHECK(fixture.get()->body.reveal() == "1");
    CHECK(server.connections() == 2);
    go_on = true;
    go_on.notify_all();
    harness::run_until(fixture.io, [&] { return slow.ended(); });
    REQUIRE(slow.response());
    CHECK(slow.response()->body.reveal() == "0");
    CHECK(fixture.get()->body.reveal() == "1");  // the old connection was not reused
    CHECK(server.connections() == 2);
}

TEST_CASE("set_tls_config() closes the idle connections") {
    const scripted_server server(test_ca().issue_for_loopback(), respond_ok);
    client_fixture fixture(server.port());
    for (int connections = 1; connections <= 3; ++connections) {
        REQUIRE(fixture.get());
        REQUIRE(fixture.get());
        CHECK(server.connections() == connections);
        fixture.trust(test_ca().certificate());
    }
}

TEST_CASE("without CA certificates the trust store of the system is used") {
    const harness::temporary_folder folder;
    const auto bundle = folder.write("ca.pem", test_ca().certificate());
    const scripted_server server(test_ca().issue_for_loopback(), respond_ok);
    client_fixture fixture(server.port());
    fixture.trust("");
    check_failed(fixture.get(), failure::tls);
    ::setenv("SSL_CERT_FILE", bundle.c_str(), 1);
    fixture.trust("");
    ::unsetenv("SSL_CERT_FILE");
    CHECK(fixture.get());
}

TEST_CASE("the system's CA bundle is the first that can be read") {
    const harness::temporary_folder folder;
    const auto missing = folder.path("missing");
    const auto first = folder.write("first", "a");
    const auto second = folder.write("second", "b");
    const std::vector<const char*> places{missing.c_str(), first.c_str(), second.c_str()};
    CHECK(net::first_readable(places) == first);
    CHECK(net::first_readable(std::vector<const char*>{missing.c_str()}) == nullptr);
    CHECK(net::first_readable({}) == nullptr);
}
