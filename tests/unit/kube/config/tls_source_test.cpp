// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/tls_source.hpp"

#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::connection_config;
using kube::tls_source;
using namespace std::chrono_literals;

namespace {

const tls_source::time_point start{};

}  // namespace

TEST_CASE("data comes before files, and the name is passed on") {
    const harness::temporary_folder folder;
    connection_config config;
    config.server_name = "api.example";
    config.ca_file = folder.path("missing");
    config.ca_data = "ca";
    config.client_certificate_file = folder.write("certificate", "certificate from a file");
    config.client_key_file = folder.path("missing");
    config.client_key_data = util::secret_bytes::copy_of("CANARY-key");
    const auto read = tls_source(config).read();
    REQUIRE(read);
    CHECK(read->ca_pem == "ca");
    CHECK(read->server_name == "api.example");
    CHECK(read->client_certificate == "certificate from a file");
    CHECK(read->client_key.reveal() == "CANARY-key");
}

TEST_CASE("a missing or empty CA file is an error, not the system's trust store") {
    const harness::temporary_folder folder;
    connection_config config;
    CHECK(tls_source(config).read()->ca_pem.empty());
    config.ca_file = folder.path("ca.crt");
    CHECK(tls_source(config).read().error().message.find("ca.crt") != std::string::npos);
    folder.write("ca.crt", "");
    CHECK(tls_source(config).read().error().message.find("ca.crt") != std::string::npos);
}

TEST_CASE("a change is seen every 30 s, or when a handshake failed") {
    const harness::temporary_folder folder;
    connection_config config;
    config.ca_file = folder.path("ca.crt");
    folder.swap_data("..1", "ca.crt", "first");
    tls_source source(config);
    source.accepted(*source.read());
    CHECK_FALSE(source.changed(start));
    folder.swap_data("..2", "ca.crt", "second");
    CHECK_FALSE(source.changed(start + 29s));
    const auto second = source.changed(start + 30s);
    REQUIRE(second);
    CHECK(second->ca_pem == "second");
    source.accepted(*second);
    CHECK_FALSE(source.changed(start + 60s));

    folder.swap_data("..3", "ca.crt", "third");
    source.look_now();
    const auto third = source.changed(start + 61s);
    REQUIRE(third);
    CHECK(third->ca_pem == "third");
}

TEST_CASE("every part counts as a change") {
    const harness::temporary_folder folder;
    connection_config config;
    config.ca_file = folder.write("ca", "a");
    config.client_certificate_file = folder.write("certificate", "b");
    config.client_key_file = folder.write("key", "c");
    auto now = start;
    tls_source source(config);
    source.accepted(*source.read());
    for (const auto* part : {"ca", "certificate", "key"}) {
        now += 31s;
        CHECK_FALSE(source.changed(now));
        folder.write(part, "new");
        now += 31s;
        const auto config_now = source.changed(now);
        REQUIRE(config_now);
        source.accepted(*config_now);
    }
}

TEST_CASE("what was not accepted is offered again, and an unreadable file is no change") {
    const harness::temporary_folder folder;
    connection_config config;
    config.ca_file = folder.write("ca", "first");
    tls_source source(config);
    source.accepted(*source.read());
    folder.write("ca", "half");
    CHECK(source.changed(start));
    CHECK(source.changed(start + 30s));
    folder.write("ca", "");
    CHECK_FALSE(source.changed(start + 60s));
    folder.write("ca", "first");
    CHECK_FALSE(source.changed(start + 90s));
}
