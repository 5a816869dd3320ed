// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/go_json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using dockerconfig::find_json_fault;
using dockerconfig::json_kind;
using dockerconfig::json_walker;

namespace {

struct quoted {
    std::string_view text;
    std::string_view meaning;
};

}  // namespace

TEST_CASE("has_replaced is true for a string with bytes or escapes that are not a character") {
    const auto replaced = [](std::string_view text) {
        dockerconfig::json_walker walker(text);
        static_cast<void>(walker.take_string());
        return walker.has_replaced();
    };
    for (const std::string_view whole : {R"("\\ud83d")",
                                         R"("\ud83d\ude00")",
                                         R"("\\\ud83d\ude00")",
                                         "\"\u00e4\"",
                                         R"("\ufffd")",
                                         "\"\uFFFD\""}) {
        CAPTURE(whole);
        CHECK_FALSE(replaced(whole));
    }
    for (const std::string_view broken : {R"("\ud83d")",
                                          R"("\ud83d\ude00\ude00")",
                                          R"("\ud83d\ud83d\ude00")",
                                          R"("\\\ude00")",
                                          "\"a\xFF\""}) {
        CAPTURE(broken);
        CHECK(replaced(broken));
    }
    dockerconfig::json_walker walker("{\"\xFF\":\"a\"}");
    walker.take_object([&walker](std::string_view) {
        CHECK(walker.has_replaced());
        static_cast<void>(walker.take_string());
        CHECK_FALSE(walker.has_replaced());
    });
}

TEST_CASE("take_string decodes a string as Go does") {
    const std::vector<quoted> table{
        {R"("")", ""},
        {R"("a\"\\\/b")", "a\"\\/b"},
        {R"("\b\f\n\r\t")", "\b\f\n\r\t"},
        {R"("\u0041\u00e9\u20AC")", "A\u00e9\u20ac"},
        {R"("\ud83d\ude00")", "\U0001F600"},
        {R"("\ud800")", "\uFFFD"},
        {R"("\udc00x")", "\uFFFDx"},
        {R"("\ud800\ud800\udc00")", "\uFFFD\U00010000"},
        {R"("\ud800\u0041")",
         "\uFFFD"
         "A"},
        {"\"a\xFF\xC3(\"", "a\uFFFD\uFFFD("},
        {"\"\xED\xA0\x80\"", "\uFFFD\uFFFD\uFFFD"},
        {"\"\u00e9\"", "\u00e9"},
    };
    for (const auto& [text, meaning] : table) {
        CAPTURE(text);
        REQUIRE_FALSE(find_json_fault(text));
        CHECK(json_walker(text).take_string().reveal() == meaning);
    }
    CHECK(json_walker(std::string_view{R"("\u0000")"}).take_string().reveal() == std::string_view{"\0", 1});
}

TEST_CASE("take_object visits every member in order, and skip skips any value") {
    constexpr std::string_view text =
        R"( { "a" : [ 1 , "]}" , {"x":[]} ] , "b":"t\"ext", "a" : -1.5e3, "c":true,"d":null ,"e":{} } )";
    REQUIRE_FALSE(find_json_fault(text));
    std::string seen;
    json_walker at(text);
    at.take_object([&](std::string_view name) {
        seen += std::string(name) + std::to_string(static_cast<int>(at.kind()));
        if (at.kind() == json_kind::string) {
            seen += at.take_string().reveal();
        } else {
            at.skip();
        }
    });
    CHECK(seen == "a5b3t\"exta2c1d0e4");
}
