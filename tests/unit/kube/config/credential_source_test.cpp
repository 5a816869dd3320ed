// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/credential_source.hpp"

#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;
using kube::connection_config;
using kube::tls_source;
using kube::token_source;

namespace {

util::secret_bytes secret(std::string_view text) {
    return util::secret_bytes::copy_of(text);
}

struct token_fixture {
    harness::temporary_folder folder;
    token_source::time_point now{};

    [[nodiscard]] token_source source(std::string_view token = "") const {
        return token_source(folder.path("token"), secret(token));
    }
};

const tls_source::time_point start{};

}  // namespace

TEST_CASE("a token without a file never changes") {
    token_source source("", secret(" CANARY-1\n"));
    CHECK(source.get({}).reveal() == "CANARY-1");
    CHECK_FALSE(source.refresh({}, secret("CANARY-1")));
    CHECK(source.get({}).reveal() == "CANARY-1");
    CHECK(token_source("", {}).get({}).empty());
}

TEST_CASE("the token of a file is trimmed, and read again after 30 s") {
    token_fixture files;
    files.folder.write("token", "CANARY-1\n");
    auto source = files.source();
    CHECK(source.get(files.now).reveal() == "CANARY-1");
    files.folder.write("token", "\tCANARY-2 \r\n");
    CHECK(source.get(files.now + 30s - 1ns).reveal() == "CANARY-1");
    CHECK(source.reloads() == 0);
    CHECK(source.get(files.now + 30s).reveal() == "CANARY-2");
    CHECK(source.reloads() == 1);
    CHECK(source.get(files.now + 60s).reveal() == "CANARY-2");
    CHECK(source.reloads() == 1);
}

TEST_CASE("a token that the kubelet replaces by swapping a link is read") {
    token_fixture files;
    files.folder.swap_data("..2024_01", "token", "CANARY-1");
    auto source = files.source();
    CHECK(source.get(files.now).reveal() == "CANARY-1");
    files.folder.swap_data("..2024_02", "token", "CANARY-2");
    CHECK(source.get(files.now + 31s).reveal() == "CANARY-2");
}

TEST_CASE("the last token stays while the file is empty or missing") {
    token_fixture files;
    files.folder.write("token", "CANARY-1");
    auto source = files.source();
    CHECK(source.get(files.now).reveal() == "CANARY-1");
    for (const auto* half_written : {"", " \n"}) {
        files.folder.write("token", half_written);
        files.now += 31s;
        CHECK(source.get(files.now).reveal() == "CANARY-1");
        CHECK_FALSE(source.refresh(files.now, secret("CANARY-1")));
    }
    std::filesystem::remove(files.folder.path("token"));
    CHECK(source.get(files.now + 31s).reveal() == "CANARY-1");
}

TEST_CASE("an inline token is used only until the file can be read") {
    token_fixture files;
    CHECK_FALSE(files.source().refresh(files.now, secret("CANARY-1")));
    auto source = files.source("CANARY-inline");
    CHECK(source.get(files.now).reveal() == "CANARY-inline");
    files.folder.write("token", "CANARY-file");
    CHECK(source.get(files.now + 31s).reveal() == "CANARY-file");
}

TEST_CASE("a rejected token is replaced at once if the file has another one") {
    token_fixture files;
    files.folder.write("token", "CANARY-1");
    auto source = files.source();
    CHECK(source.get(files.now).reveal() == "CANARY-1");
    CHECK_FALSE(source.refresh(files.now, secret("CANARY-1")));
    files.folder.write("token", "CANARY-2");
    CHECK(source.refresh(files.now, secret("CANARY-1")));
    // Another request was sent with the old token before this.
    CHECK(source.refresh(files.now, secret("CANARY-1")));
    CHECK_FALSE(source.refresh(files.now, secret("CANARY-2")));
    CHECK(source.get(files.now).reveal() == "CANARY-2");
}

TEST_CASE("data wins over files, and the server name is copied") {
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

TEST_CASE("the data of the certificate wins over its file, and the file of the key is read") {
    const harness::temporary_folder folder;
    connection_config config;
    config.client_certificate_file = folder.path("missing");
    config.client_certificate_data = "certificate";
    config.client_key_file = folder.write("key", "CANARY-key");
    const auto read = tls_source(config).read();
    REQUIRE(read);
    CHECK(read->client_certificate == "certificate");
    CHECK(read->client_key.reveal() == "CANARY-key");
    config.client_key_file = folder.path("missing");
    CHECK_FALSE(tls_source(config).read());
}

TEST_CASE("bytes that move from the CA to the certificate are a change") {
    const harness::temporary_folder folder;
    connection_config config;
    config.ca_file = folder.write("ca", "ab");
    config.client_certificate_file = folder.write("certificate", "c");
    tls_source source(config);
    source.set_current(*source.read());
    folder.write("ca", "a");
    folder.write("certificate", "bc");
    CHECK(source.poll(start));
}

TEST_CASE("a missing or empty CA file is an error") {
    const harness::temporary_folder folder;
    connection_config config;
    CHECK(tls_source(config).read()->ca_pem.empty());
    config.ca_file = folder.path("ca.crt");
    CHECK(tls_source(config).read().error().message.find("ca.crt") != std::string::npos);
    folder.write("ca.crt", "");
    CHECK(tls_source(config).read().error().message.find("ca.crt") != std::string::npos);
}

TEST_CASE("the files are read every 30 s, and at once after a failed handshake") {
    const harness::temporary_folder folder;
    connection_config config;
    config.ca_file = folder.path("ca.crt");
    folder.swap_data("..1", "ca.crt", "first");
    tls_source source(config);
    source.set_current(*source.read());
    CHECK_FALSE(source.poll(start));
    folder.swap_data("..2", "ca.crt", "second");
    CHECK_FALSE(source.poll(start + 29s));
    const auto second = source.poll(start + 30s);
    REQUIRE(second);
    CHECK(second->ca_pem == "second");
    source.set_current(*second);
    CHECK_FALSE(source.poll(start + 60s));

    folder.swap_data("..3", "ca.crt", "third");
    source.poll_at_once();
    const auto third = source.poll(start + 61s);
    REQUIRE(third);
    CHECK(third->ca_pem == "third");
}

TEST_CASE("a change of the CA, the certificate or the key is a change") {
    const harness::temporary_folder folder;
    connection_config config;
    config.ca_file = folder.write("ca", "a");
    config.client_certificate_file = folder.write("certificate", "b");
    config.client_key_file = folder.write("key", "c");
    auto now = start;
    tls_source source(config);
    source.set_current(*source.read());
    for (const auto* part : {"ca", "certificate", "key"}) {
        now += 31s;
        CHECK_FALSE(source.poll(now));
        folder.write(part, "new");
        now += 31s;
        const auto changed = source.poll(now);
        REQUIRE(changed);
        source.set_current(*changed);
    }
}

TEST_CASE("a change is returned until it is current, and an unreadable file is not a change") {
    const harness::temporary_folder folder;
    connection_config config;
    config.ca_file = folder.write("ca", "first");
    tls_source source(config);
    source.set_current(*source.read());
    folder.write("ca", "half");
    CHECK(source.poll(start));
    CHECK(source.poll(start + 30s));
    folder.write("ca", "");
    CHECK_FALSE(source.poll(start + 60s));
    folder.write("ca", "first");
    CHECK_FALSE(source.poll(start + 90s));
}
