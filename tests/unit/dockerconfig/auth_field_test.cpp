// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/auth_field.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using dockerconfig::source_fault;

namespace {

struct decoding {
    std::string_view name;
    std::string_view auth;
    std::string_view username;
    std::string_view password;
};

struct rejected {
    std::string_view name;
    std::string_view auth;
    source_fault fault;
};

}  // namespace

// Verified with the kubelet 1.37.1, as are the errors below.
TEST_CASE("decode_auth decodes what the kubelet decodes") {
    const std::vector<decoding> table{
        {"no padding needed", "dTpw", "u", "p"},
        {"padded", "dTpwcA==", "u", "pp"},
        {"unpadded", "dTpwcA", "u", "pp"},
        {"padded with one", "dTpwcHA=", "u", "ppp"},
        {"unpadded by one", "dTpwcHA", "u", "ppp"},
        {"line breaks inside", "dT\r\npw", "u", "p"},
        {"line breaks at the ends", "\ndTpwcA==\r\n", "u", "pp"},
        {"a line break within the padding", "dTpwcA=\n=", "u", "pp"},
        {"unused bits are ignored", "dTpwcB==", "u", "pp"},
        {"the first colon splits", "dTpwOnE=", "u", "p:q"},
        {"no username", "OnA=", "", "p"},
        {"no password", "dTo=", "u", ""},
        {"neither", "Og==", "", ""},
        {"any bytes", "AP86/wA=", {"\0\xFF", 2}, {"\xFF\0", 2}},
        {"the whole alphabet", "+/+/Ovv/", "\xFB\xFF\xBF", "\xFB\xFF"},
    };
    for (const auto& [name, auth, username, password] : table) {
        CAPTURE(name);
        const auto decoded = dockerconfig::decode_auth(auth);
        REQUIRE(decoded.has_value());
        CHECK(decoded->username.reveal() == username);
        CHECK(decoded->password.reveal() == password);
    }
}

TEST_CASE("decode_auth refuses what would break every pull of a Pod") {
    const std::vector<rejected> table{
        {"a space at the end", "dTpw ", source_fault::bad_base64},
        {"a space after the padding", "dTpwcA== ", source_fault::bad_base64},
        {"a tab inside", "dT\tpw", source_fault::bad_base64},
        {"the URL alphabet", "-_-_Ovv_", source_fault::bad_base64},
        {"plain text", "user:password", source_fault::bad_base64},
        {"too much padding", "dTpwcA===", source_fault::bad_base64},
        {"padding where none is needed", "dTpw=", source_fault::bad_base64},
        {"too little padding", "dTpwcA=", source_fault::bad_base64},
        {"text after the padding", "dTpwcA==dTpw", source_fault::bad_base64},
        {"padding inside an unpadded text", "dTpwcA==dTpw\ndQ", source_fault::bad_base64},
        {"a single digit left", "dTpwc", source_fault::bad_base64},
        {"only padding", "=", source_fault::bad_base64},
        {"NUL", {"dTpw\0", 5}, source_fault::bad_base64},
        {"only line breaks", "\r\n", source_fault::no_colon},
        {"only a user", "dXNlcg==", source_fault::no_colon},
    };
    for (const auto& [name, auth, fault] : table) {
        CAPTURE(name);
        const auto decoded = dockerconfig::decode_auth(auth);
        REQUIRE(decoded.has_error());
        CHECK(decoded.error().fault == fault);
    }
}

TEST_CASE("append_auth appends padded base64") {
    std::string text = "x";
    dockerconfig::append_auth(text, "u", "pp");
    CHECK(text == "xdTpwcA==");
}

TEST_CASE("decode_auth decodes what append_auth has written") {
    for (const std::string_view username : {"u", "robot$team+x", "\xC3\xA9"}) {
        for (const std::string_view password :
             {"p", "p:q", ":", "\"\\/<>&", "a rather long pass phrase with spaces"}) {
            std::string auth;
            dockerconfig::append_auth(auth, username, password);
            const auto decoded = dockerconfig::decode_auth(auth);
            REQUIRE(decoded.has_value());
            CHECK(decoded->username.reveal() == username);
            CHECK(decoded->password.reveal() == password);
        }
    }
}
