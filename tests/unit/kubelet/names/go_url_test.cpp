// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/names/go_url.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using kubelet::parse_schemeless_url;
using kubelet::split_host_port;

namespace {

struct accepted {
    std::string_view text;
    std::string_view host;
    std::string_view path;
};

struct divided {
    std::string_view text;
    std::string_view host;
    std::string_view port;
};

}  // namespace

TEST_CASE("parse_schemeless_url reads a text as Go reads it behind https://") {
    const std::vector<accepted> table{
        {"", "", ""},
        {"/", "", "/"},
        {"reg", "reg", ""},
        {"reg/", "reg", "/"},
        {"reg:5000/v2/a", "reg:5000", "/v2/a"},
        {"reg:/a", "reg:", "/a"},
        {"reg//a", "reg", "//a"},
        {"reg?q/a", "reg", ""},
        {"reg/a?", "reg", "/a"},
        {"reg/a#b?c", "reg", "/a"},
        {"reg/a%20b c", "reg", "/a b c"},
        {"user:pass@reg/a@b", "reg", "/a@b"},
        {"a@b@reg", "reg", ""},
        {"*.reg", "*.reg", ""},
        {"r%C3%A9g", "r\u00e9g", ""},
        {"r%25g", "r%g", ""},
        {"R!$&'()*+,;=<>\"~_-.g", "R!$&'()*+,;=<>\"~_-.g", ""},
        {"[::1]:5000/a", "[::1]:5000", "/a"},
        {"[fe80::1]", "[fe80::1]", ""},
    };
    for (const auto& [text, host, path] : table) {
        CAPTURE(text);
        const auto url = parse_schemeless_url(text);
        REQUIRE(url);
        CHECK(url->host == host);
        CHECK(url->path == path);
    }
}

TEST_CASE("parse_schemeless_url refuses what Go refuses") {
    for (const std::string_view text :
         {"reg ",      "re\ng",     "reg/a\x7F", "reg?\x01",  "reg/%",    "reg/%4", "reg/%zz",
          "reg#%zz",   "r%41g",     "r%2g",      "r^g",       "r|g",      "r\\g",   "a:b:5",
          "reg:http",  "reg:50x",   "reg:*",     "us er@reg", "u%zz@reg", "[::1",   "[r]eg",
          "[1.2.3.4]", "[::1]5000", "[::1]:x",   "r[::1]"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_schemeless_url(text));
    }
}

TEST_CASE("split_host_port splits host and port as Go does") {
    const std::vector<divided> table{
        {"", "", ""},
        {"reg", "reg", ""},
        {"reg:", "reg", ""},
        {"reg:5000", "reg", "5000"},
        {":5000", "", "5000"},
        {"a:b:5000", "a:b:5000", ""},
        {"[::1]:5000", "::1", "5000"},
        {"[::1]", "[::1]", ""},
        {"[::1]x:5", "[::1]x:5", ""},
        {"re]g:5000", "re]g:5000", ""},
    };
    for (const auto& [text, host, port] : table) {
        CAPTURE(text);
        CHECK(split_host_port(text).host == host);
        CHECK(split_host_port(text).port == port);
    }
}
