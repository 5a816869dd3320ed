// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using dockerconfig::docker_config_form;
using namespace std::string_literals;

namespace {

constexpr auto json = docker_config_form::config_json;
constexpr auto cfg = docker_config_form::cfg;

// Looks like a host: a message would show it if it were taken for a key.
const std::string canary = "zqcanary7.vkjx.io";

std::string all_messages(const std::string& text, docker_config_form form) {
    const auto config = dockerconfig::parse_docker_config(text, form);
    if (config.has_error()) return config.error().message;
    std::string messages;
    for (const auto& entry : *config) {
        messages += entry.label() + "\n";
        if (!entry.content) messages += entry.content.error().message + "\n";
    }
    return messages;
}

// Every run of five characters of each secret.
std::vector<std::string> fragments(const std::vector<std::string>& secrets) {
    std::vector<std::string> all;
    for (const auto& secret : secrets) {
        for (std::size_t i = 0; i + 5 <= secret.size(); ++i)
            all.push_back(secret.substr(i, 5));
    }
    return all;
}

}  // namespace

TEST_CASE("no message holds a part of a value, whichever byte of the document changes") {
    const std::string auth = "enFjYW5hcnk3LnZranguaW86enFjYW5hcnk3LnZranguaW8=";  // canary:canary
    const auto forbidden = fragments({canary, auth});
    const auto value = [](const std::string& name, const std::string& text) {
        return "\"" + name + "\":\"" + text + "\"";
    };
    const std::string entry = "{" + value("username", canary) + "," + value("password", canary) + "," +
                              value("email", canary) + "," + value("auth", auth) + "," +
                              value("identitytoken", canary) + "," + value("other", canary) + "}";
    const std::string plain = "{" + value("username", canary) + "," + value("password", canary) + "}";
    const std::string document = R"({"auths":{"quay.io":)" + entry + R"(,"ghcr.io":)" + plain +
                                 R"(},"HttpHeaders":{)" + value("X", canary) + "}," +
                                 value("credsStore", canary) + "," + value("y", canary) + "}";
    std::size_t with_message = 0;
    const auto check = [&](const std::string& text) {
        for (const auto form : {json, cfg}) {
            const auto messages = all_messages(text, form);
            if (!messages.empty()) ++with_message;
            for (const auto& fragment : forbidden) {
                if (messages.find(fragment) != std::string::npos) FAIL("leaks: " << messages);
            }
        }
    };
    const std::string replacements = "\"{}[]:,\\0 xn\n=*\xff"s + '\0';
    for (std::size_t i = 0; i < document.size(); ++i) {
        check(document.substr(0, i));
        check(document.substr(i));
        check(document.substr(0, i) + document.substr(i + 1));
        for (const char c : replacements) {
            auto changed = document;
            changed[i] = c;
            check(changed);
            check(document.substr(0, i) + c + document.substr(i));
        }
    }
    CHECK(with_message > document.size() * replacements.size());
}

TEST_CASE("no message holds a part of a value of the wrong type") {
    const auto forbidden = fragments({canary});
    const std::vector<std::string> values{
        "\"" + canary + "\"",
        "[\"" + canary + "\"]",
        "{\"" + canary + "\":\"" + canary + "\"}",
        "\"" + canary + "\\n\"",
        "\"" + canary + "\\u0000\"",
        "\"" + canary + ":" + canary + "\"",
        "\"" + canary + "\xff\"",
        "\"\\ud800" + canary + "\"",
        "\"\"",
        "null",
        "5",
        "true",
    };
    for (const std::string name :
         {"username", "password", "email", "auth", "identitytoken", "registrytoken"}) {
        for (const auto& value : values) {
            for (const std::string rest :
                 {R"("x":1)", R"("username":"u","password":"p")", R"("auth":"dTpw")"}) {
                for (const auto& fields :
                     {"\"" + name + "\":" + value + "," + rest, rest + ",\"" + name + "\":" + value}) {
                    const auto messages = all_messages(R"({"auths":{"quay.io":{)" + fields + "}}}", json);
                    for (const auto& fragment : forbidden) {
                        if (messages.find(fragment) != std::string::npos) FAIL("leaks: " << messages);
                    }
                }
            }
        }
    }
}

TEST_CASE("the raw document keeps every entry, and the first error of one") {
    const auto raw =
        dockerconfig::read_raw_docker_config(R"({"a.io":5,"b.io":{"auth":5},"a.io":{"auth":"dTpw"}})", cfg);
    REQUIRE(raw.has_value());
    REQUIRE(raw->entries.size() == 3);
    REQUIRE(raw->error.has_value());
    CHECK(raw->error->message == "entry \"a.io\": not an object");
    CHECK(raw->entries[1].error->message == "`auth` is not a string");
    CHECK_FALSE(raw->entries[2].error.has_value());
    CHECK(raw->entries[2].username.reveal() == "u");
}
