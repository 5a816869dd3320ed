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
        {"a line break after the username",
         "u\n",
         "p",
         "",
         source_fault::bad_username,
         "username ends in a line break"},
        {"a line break after the password", "u", "p\n", "", source_fault::bad_password, "--from-literal"},
        {"a Windows line break", "u", "p\r\n", "", source_fault::bad_password, "line break"},
        {"a line break inside", "u", "p\nq", "", source_fault::bad_password, "control character"},
        {"NUL", "u", {"p\0", 2}, "", source_fault::bad_password, "control character"},
        {"DEL", "u\x7F", "p", "", source_fault::bad_username, "control character"},
        {"Latin-1 password", "u", "caf\xE9", "", source_fault::bad_password, "not UTF-8"},
        {"Latin-1 username", "caf\xE9", "p", "", source_fault::bad_username, "not UTF-8"},
        {"a control character in the email", "u", "p", "a\tb", source_fault::bad_email, "the email"},
    };
    for (const auto& [name, username, password, email, fault, says] : table) {
        CAPTURE(name);
        const auto made = login::make(bytes(username), bytes(password), bytes(email));
        REQUIRE(made.has_error());
        CHECK(made.error().fault == fault);
        CHECK_MESSAGE(made.error().message.find(says) != std::string::npos, made.error().message);
    }
}

TEST_CASE("entries are equal when key, username, password and email are") {
    const auto a = build::entry("quay.io", "u", "p", "e");
    CHECK(a == build::entry("quay.io", "u", "p", "e"));
    CHECK_FALSE(a == build::entry("quay.io", "v", "p", "e"));
    CHECK_FALSE(a == build::entry("quay.io", "u", "q", "e"));
    CHECK_FALSE(a == build::entry("quay.io", "u", "p", ""));
    CHECK_FALSE(a == build::entry("https://quay.io", "u", "p", "e"));
}
