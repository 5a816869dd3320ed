// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/server_url.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using kube::parse_server_url;

TEST_CASE("the URL of a server") {
    struct row {
        std::string text;
        std::string host;
        std::uint16_t port;
        std::string prefix;
    };
    const std::vector<row> rows = {
        {"https://10.0.0.1:6443", "10.0.0.1", 6443, ""},
        {"https://kubernetes.default.svc", "kubernetes.default.svc", 443, ""},
        {"https://kubernetes.default.svc/", "kubernetes.default.svc", 443, ""},
        {"https://[fd00::1]:6443/", "fd00::1", 6443, ""},
        {"https://[fd00::1]", "fd00::1", 443, ""},
        {"https://rancher.example/k8s/clusters/c-m-1/", "rancher.example", 443, "/k8s/clusters/c-m-1"},
    };
    for (const auto& [text, host, port, prefix] : rows) {
        CAPTURE(text);
        const auto url = parse_server_url(text);
        REQUIRE(url);
        CHECK(url->server.host == host);
        CHECK(url->server.port == port);
        CHECK(url->path_prefix == prefix);
    }
}

TEST_CASE("what is not the https URL of a server") {
    for (const auto* text : {"",
                             "https://",
                             "http://10.0.0.1",
                             "HTTPS://10.0.0.1",
                             "10.0.0.1:6443",
                             "https://user@host",
                             "https://user:CANARY@host",
                             "https://host:",
                             "https://host:0",
                             "https://host:65536",
                             "https://host:6443x",
                             "https://ho st",
                             "https://host?x=y",
                             "https://host/a#b",
                             "https://host/a b",
                             "https://fd00::1",
                             "https://[fd00::1",
                             "https://[fd00::1]x",
                             "https://[]:6443",
                             "https://host\r\n",
                             "https://host/\r\nX: y",
                             "unix:///run/x"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_server_url(text));
    }
}
