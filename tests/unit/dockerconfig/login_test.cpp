// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/login.hpp"

#include "unit/dockerconfig/docker_builders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using build::bytes;
using dockerconfig::login;
using dockerconfig::source_fault;
using namespace std::string_literals;

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
             {"p", "p:q", ":", "\"\\/<>&", "a rather long pass phrase with spaces", "{\n\t\"a\": 1\r\n}\n"}) {
            std::string auth;
            dockerconfig::append_auth(auth, username, password);
            const auto decoded = dockerconfig::decode_auth(auth);
            REQUIRE(decoded.has_value());
            CHECK(decoded->username.reveal() == username);
            CHECK(decoded->password.reveal() == password);
        }
    }
}

TEST_CASE("login::make keeps username, password and email") {
    const auto made = login::make(bytes("robot$team"), bytes("p:\"q\\ \xC3\xA9"), bytes("a@b"));
    REQUIRE(made.has_value());
    CHECK((*made)->username().reveal() == "robot$team");
    CHECK((*made)->password().reveal() == "p:\"q\\ \xC3\xA9");
    CHECK((*made)->email().reveal() == "a@b");
}

TEST_CASE("login::make refuses what cannot be sent unchanged, and says why") {
    struct example {
        std::string_view name;
        std::string_view username;
        std::string_view password;
        std::string_view email;
        source_fault fault;
        std::string_view says;
    };
    const std::vector<example> table{
        {"no username", "", "p", "", source_fault::bad_username, "the username is empty"},
        {"no password", "u", "", "", source_fault::bad_password, "the password is empty"},
        {"a colon in the username", "u:v", "p", "", source_fault::bad_username, "colon"},
        {"Latin-1 password", "u", "caf\xE9", "", source_fault::bad_password, "not UTF-8"},
        {"Latin-1 username", "caf\xE9", "p", "", source_fault::bad_username, "not UTF-8"},
        {"Latin-1 email", "u", "p", "caf\xE9", source_fault::bad_email, "the email is not UTF-8"},
    };
    for (const auto& [name, username, password, email, fault, says] : table) {
        CAPTURE(name);
        const auto made = login::make(bytes(username), bytes(password), bytes(email));
        REQUIRE(made.has_error());
        CHECK(made.error().fault == fault);
        CHECK_MESSAGE(made.error().message.find(says) != std::string::npos, made.error().message);
    }
}

TEST_CASE("hints name likely mistakes and quote no part of the login") {
    const auto hints = [](std::string_view username, std::string_view password) {
        std::string all;
        for (const auto& hint : login::make(bytes(username), bytes(password), {}).value()->hints()) {
            CHECK(hint.find("CANARY") == std::string::npos);
            all += hint.substr(0, hint.find(',')) + ";";
        }
        return all;
    };
    const std::string line_break = "its password ends in a line break;";
    CHECK(hints("u", "CANARY").empty());
    CHECK(hints("u", "CANARY\n") == line_break);
    CHECK(hints("u", "CANARY\r\n") == line_break);
    CHECK(hints("u", "CANARY\r") == line_break);
    CHECK(hints("u", "CANARY\n\n") == line_break);
    CHECK(hints("u", "\n") == line_break);
    CHECK(hints("CANARY\n", "CANARY\n") == "its username ends in a line break;" + line_break);
    CHECK(hints("u", "CANARY\0CANARY"s) == "its password contains a control character;");
    CHECK(hints("u", "CANARY\x7F") == "its password contains a control character;");
    CHECK(hints("u\x1F", "CANARY") == "its username contains a control character;");
    // A text of several lines, and JSON, ends in a line break as files do.
    CHECK(hints("_json_key", "{\n  \"CANARY\": 1\n}\n").empty());
    CHECK(hints("_json_key", "{\"CANARY\": 1}\n").empty());
    CHECK(hints("u", "-----BEGIN-----\nCANARY\n-----END-----\n").empty());
    CHECK(hints("u", "CANARY\tCANARY").empty());
    const auto said = login::make(bytes("u"), bytes("CANARY\n"), {}).value()->hints().at(0);
    CHECK(said.find("'printf %s'") != std::string::npos);
}

TEST_CASE("logins are of the same user when username and password are equal") {
    const auto of = [](std::string_view username, std::string_view password, std::string_view email) {
        return login::make(bytes(username), bytes(password), bytes(email)).value();
    };
    CHECK(of("u", "p", "e")->is_same_user(*of("u", "p", "f")));
    CHECK_FALSE(of("u", "p", "")->is_same_user(*of("u", "q", "")));
    CHECK_FALSE(of("u", "p", "")->is_same_user(*of("v", "p", "")));
}

TEST_CASE("entries are equal when key, username, password and email are") {
    const auto a = build::entry("quay.io", "u", "p", "e");
    CHECK(a == build::entry("quay.io", "u", "p", "e"));
    CHECK_FALSE(a == build::entry("quay.io", "v", "p", "e"));
    CHECK_FALSE(a == build::entry("quay.io", "u", "q", "e"));
    CHECK_FALSE(a == build::entry("quay.io", "u", "p", ""));
    CHECK_FALSE(a == build::entry("https://quay.io", "u", "p", "e"));
}
