// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/json.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::json;
using kube::json_bounds;
using kube::parse_bounded;

namespace {

std::string nested(std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

std::string array_of(std::size_t values) {
    std::string text = "[";
    for (std::size_t i = 1; i < values; ++i)
        text += i == 1 ? "0" : ",0";
    return text + "]";
}

std::string message_of(std::string_view text, const json_bounds& bounds = {}) {
    const auto failed = parse_bounded(text, bounds);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().kind == kube::error_kind::malformed);
    return failed.error().message;
}

}  // namespace

TEST_CASE("a document is parsed with every type of value") {
    const auto document = parsed(R"( {"a":[1,-2,3.5,true,false,null,"\u00e4\n"],"b":{},"c":[]} )");
    const json expected{
        {"a", {1, -2, 3.5, true, false, nullptr, "\xc3\xa4\n"}}, {"b", json::object()}, {"c", json::array()}};
    CHECK(document == expected);
    CHECK(parsed("7") == json(7));
    CHECK(parsed("\"x\"") == json("x"));
}

TEST_CASE("the last value of a duplicate name counts") {
    CHECK(parsed(R"({"a":1,"b":2,"a":3})") == json{{"a", 3}, {"b", 2}});
    CHECK(parsed(R"({"a":{"x":1},"a":{"y":2}})") == json{{"a", {{"y", 2}}}});
    CHECK(parsed(R"({"a":[1,2],"a":null})") == json{{"a", nullptr}});
}

TEST_CASE("an object named fieldsV1 is read as null, and checked like any other") {
    CHECK(
        parsed(R"({"m":[{"manager":"a","fieldsV1":{"f:data":{".":{},"f:x":[1]}},"operation":"Apply"},7]})") ==
        parsed(R"({"m":[{"manager":"a","fieldsV1":null,"operation":"Apply"},7]})"));
    CHECK(parsed(R"([{"fieldsV1":{"fieldsV1":{}}},{"a":1}])") == parsed(R"([{"fieldsV1":null},{"a":1}])"));
    CHECK(parsed(R"({"fieldsV1":1,"fieldsV1":{"a":1}})") == json{{"fieldsV1", nullptr}});
    CHECK(parsed(R"({"fieldsV1":"label","a":{"b":2}})") == json{{"fieldsV1", "label"}, {"a", {{"b", 2}}}});
    CHECK(message_of(R"({"fieldsV1":{"a":[[]]}})", {.depth = 3}) == "JSON nested deeper than 3 levels");
    CHECK(message_of(R"({"fieldsV1":{"a":[1]}})", {.values = 3}) == "JSON with more than 3 values");
    CHECK(message_of(R"({"fieldsV1":{"a":]})") == "not JSON at byte 18");
}

TEST_CASE("text that is not JSON is malformed") {
    const std::string deep_and_open(100'000, '{');
    const std::string table[] = {"",
                                 " ",
                                 "<html><body>502 Bad Gateway</body></html>",
                                 "{",
                                 "[1,2",
                                 "{\"a\":}",
                                 "{\"a\" 1}",
                                 "{a:1}",
                                 "[1,]",
                                 "{} {}",
                                 "[]x",
                                 "nul",
                                 "NaN",
                                 "01",
                                 "\"tab\there\"",
                                 "\"new\nline\"",
                                 std::string("\"nul\0\"", 6),
                                 "\"\\ud800\"",
                                 "// comment\n1",
                                 "\"\xff\"",
                                 "\"\xc0\xaf\"",
                                 "\"\xed\xa0\x80\"",
                                 "{\"\xfe\":1}",
                                 "1e400",
                                 "-1e400",
                                 "[1,2,1e99999]",
                                 deep_and_open};
    for (const auto& text : table) {
        CAPTURE(text.substr(0, 40));
        CHECK_FALSE(message_of(text).empty());
    }
}

TEST_CASE("an empty string_view without data is malformed") {
    CHECK(message_of({}) == "JSON ends early, after 0 bytes");
}

TEST_CASE("an error names the offset and the fault, and never quotes the text") {
    CHECK(message_of(R"({"password":CANARY})") == "not JSON at byte 13");
    CHECK(message_of(R"({"password":"CANARY)") == "JSON ends early, after 19 bytes");
    CHECK(message_of(R"({"pin":1e999,"p":"CANARY"})") == "JSON number out of range before byte 12");
    CHECK(message_of("[1,]") == "not JSON at byte 4");
    CHECK(message_of("\"CANARY\xff\"") == "not JSON at byte 8");
    CHECK(message_of("\"CANARY CANARY\"", {.bytes = 8}) == "JSON larger than 8 bytes");
}

TEST_CASE("an integer beyond 64 bits is parsed, but not read as an integer") {
    const auto document = parsed(
        R"({"big":18446744073709551616,"unsigned":18446744073709551615,"least":-9223372036854775808})");
    CHECK(document.at("big").is_number_float());
    CHECK(kube::integer_at(document, "big") == std::nullopt);
    CHECK(kube::integer_at(document, "unsigned") == std::nullopt);
    CHECK(kube::integer_at(document, "least") == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("the size of a document is bounded, to the byte") {
    CHECK(parse_bounded("[1,2]", {.bytes = 5}).has_value());
    CHECK(message_of("[1,2]", {.bytes = 4}) == "JSON larger than 4 bytes");
}

TEST_CASE("the depth of a document is bounded, to the level") {
    CHECK(parse_bounded(nested(100), {}).has_value());
    CHECK(message_of(nested(101)) == "JSON nested deeper than 100 levels");
    CHECK(parse_bounded(R"({"a":{"b":[0]}})", {.depth = 3}).has_value());
    CHECK(message_of(R"({"a":{"b":[[]]}})", {.depth = 3}) == "JSON nested deeper than 3 levels");
}

TEST_CASE("a document with 100,000 levels does not overflow the stack") {
    CHECK(message_of(nested(100'000)) == "JSON nested deeper than 100 levels");
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"a\":";
    CHECK(message_of(objects) == "JSON nested deeper than 100 levels");
}

TEST_CASE("the number of values is bounded, to the value, with containers and duplicate names") {
    CHECK(parse_bounded(array_of(10), {.values = 10}).has_value());
    CHECK(message_of(array_of(11), {.values = 10}) == "JSON with more than 10 values");
    CHECK(parse_bounded(R"({"a":1,"a":1})", {.values = 3}).has_value());
    CHECK(message_of(R"({"a":1,"a":1,"a":1})", {.values = 3}) == "JSON with more than 3 values");
    CHECK(message_of("[[],[],[]]", {.values = 3}) == "JSON with more than 3 values");
}

TEST_CASE("the parser stops at the first value over the bound") {
    // The text after the bound is not JSON.
    CHECK(message_of("[0,0,0,0,}}}", {.values = 3}) == "JSON with more than 3 values");
    CHECK(message_of("[[[[}}}", {.depth = 3}) == "JSON nested deeper than 3 levels");
}

TEST_CASE("member() takes a value of any type") {
    const auto document = parsed(R"({"a":{"b":{"c":"deep"},"null":null},"list":[1],"text":"t"})");
    using kube::member;
    REQUIRE(member(document, {"a", "b", "c"}) != nullptr);
    CHECK(*member(document, {"a", "b", "c"}) == json("deep"));
    CHECK(member(document, "a") == &document.at("a"));
    CHECK(member(document, "absent") == nullptr);
    CHECK(member(document, {"a", "null"}) == nullptr);
    CHECK(member(document, {"a", "null", "x"}) == nullptr);
    CHECK(member(document, {"list", "0"}) == nullptr);
    CHECK(member(document, {"text", "x"}) == nullptr);
    CHECK(member(json(nullptr), "a") == nullptr);
    CHECK(member(json::array(), "a") == nullptr);
    CHECK(document.size() == 3);
}

TEST_CASE("a member that is missing, null or of another type is absent") {
    const auto document = parsed(
        R"({"text":"t","number":5,"true":true,"false":false,"list":[1],"object":{"x":1},"null":null,"real":1.5,"yes":"true"})");
    CHECK(kube::string_at(document, "text") == "t");
    for (const auto* name : {"number", "true", "list", "object", "null", "absent"})
        CHECK(kube::string_at(document, name).empty());
    CHECK(kube::integer_at(document, "number") == 5);
    for (const auto* name : {"text", "real", "true", "null", "absent"})
        CHECK(kube::integer_at(document, name) == std::nullopt);
    CHECK(kube::array_at(document, "list") == json::array({1}));
    for (const auto* name : {"object", "text", "null", "absent"})
        CHECK(kube::array_at(document, name) == json::array());
    CHECK(kube::object_at(document, "object") == json{{"x", 1}});
    for (const auto* name : {"list", "text", "null", "absent"})
        CHECK(kube::object_at(document, name) == json::object());
    CHECK(kube::string_at(json("scalar"), "x").empty());
}

TEST_CASE("to_text writes compact UTF-8 and replaces invalid sequences") {
    CHECK(kube::to_text({{"a", "\xc3\xa4/\"\n"}, {"b", {1, nullptr}}}) ==
          "{\"a\":\"\xc3\xa4/\\\"\\n\",\"b\":[1,null]}");
    CHECK(kube::to_text(json("x\xff")) == "\"x\xef\xbf\xbd\"");
}
