// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/proxy.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>

namespace {

std::string proxy_of(std::string_view url) {
    const auto proxy = kube::parse_proxy(url);
    REQUIRE(proxy);
    const auto login = (*proxy)->credentials.reveal();
    return (*proxy)->server.authority() + (login.empty() ? "" : " " + std::string(login));
}

struct environment {
    std::map<std::string, std::string> variables;

    std::string proxy_for(const std::string& host, std::uint16_t port = 443) {
        const auto proxy = kube::proxy_from_environment(
            {.host = host, .port = port}, [this](const char* name) -> const char* {
                const auto found = variables.find(name);
                return found == variables.end() ? nullptr : found->second.c_str();
            });
        if (!proxy) return proxy.error().message;
        return *proxy == nullptr ? "none" : (*proxy)->server.host;
    }
};

}  // namespace

TEST_CASE("the URL of a proxy may lack its scheme, its port and its user") {
    CHECK(proxy_of("http://proxy.example:3128") == "proxy.example:3128");
    CHECK(proxy_of("http://proxy.example/") == "proxy.example:80");
    CHECK(proxy_of("proxy.example:3128") == "proxy.example:3128");
    CHECK(proxy_of("http://[::1]:8080") == "[::1]:8080");
    CHECK(proxy_of("http://user:p%40ss%3a@proxy.example") == "proxy.example:80 user:p@ss:");
    CHECK(proxy_of("http://user@proxy.example") == "proxy.example:80 user:");
}

TEST_CASE("another URL of a proxy is an error that quotes nothing of it") {
    for (const char* url : {"https://proxy.CANARY",
                            "socks5://proxy.CANARY",
                            "http://",
                            "",
                            "http://user:CANARY%4@proxy",
                            "http://user:CANARY%zz@proxy",
                            "http://proxy/CANARY",
                            "http://proxy:CANARY"}) {
        CAPTURE(url);
        const auto proxy = kube::parse_proxy(url);
        REQUIRE_FALSE(proxy);
        CHECK(proxy.error().message.find("CANARY") == std::string::npos);
        CHECK(proxy.error().message.find("the URL of the proxy") == 0);
    }
}

TEST_CASE("NO_PROXY excepts names with their subdomains, addresses, blocks and ports") {
    const auto excepted = [](std::string_view list, const char* host, std::uint16_t port = 443) {
        return kube::is_excepted(list, {.host = host, .port = port});
    };
    CHECK(excepted("*", "any.example"));
    CHECK(excepted("other, EXAMPLE.com", "example.COM"));
    CHECK(excepted("example.com", "api.example.com"));
    CHECK_FALSE(excepted("example.com", "anexample.com"));
    CHECK(excepted(".example.com", "api.example.com"));
    CHECK_FALSE(excepted(".example.com", "example.com"));
    CHECK(excepted("*.example.com", "api.example.com"));
    CHECK(excepted("example.com:6443", "example.com", 6443));
    CHECK_FALSE(excepted("example.com:6443", "example.com"));
    CHECK(excepted("10.0.0.1", "10.0.0.1"));
    CHECK_FALSE(excepted("10.0.0.1", "10.0.0.11"));
    CHECK(excepted("10.0.0.0/8", "10.1.2.3"));
    CHECK_FALSE(excepted("10.0.0.0/8", "11.1.2.3"));
    CHECK_FALSE(excepted("10.0.0.0/8", "ten.example"));
    CHECK(excepted("fd00::/8", "fd12::1"));
    CHECK_FALSE(excepted("fd00::/8", "fe80::1"));
    CHECK(excepted("[fd12::1]:443", "fd12::1"));
    CHECK_FALSE(excepted("", "example.com"));
    CHECK_FALSE(excepted(", ,", "example.com"));
}

TEST_CASE("HTTPS_PROXY is the proxy, unless NO_PROXY excepts the server, or it is this machine") {
    environment shell;
    CHECK(shell.proxy_for("api.example") == "none");
    shell.variables = {{"HTTP_PROXY", "http://wrong"}, {"https_proxy", "http://small"}};
    CHECK(shell.proxy_for("api.example") == "small");
    shell.variables["HTTPS_PROXY"] = "http://upper";
    CHECK(shell.proxy_for("api.example") == "upper");
    for (const char* host : {"localhost", "127.0.0.1", "::1"})
        CHECK(shell.proxy_for(host) == "none");
    shell.variables["no_proxy"] = "api.example";
    CHECK(shell.proxy_for("api.example") == "none");
    shell.variables["NO_PROXY"] = "other.example";
    CHECK(shell.proxy_for("api.example") == "upper");
    shell.variables["HTTPS_PROXY"] = "socks5://upper";
    CHECK(shell.proxy_for("api.example").find("HTTPS_PROXY: the URL of the proxy must begin with http://") ==
          0);
    CHECK(shell.proxy_for("localhost") == "none");
}
