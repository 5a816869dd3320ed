// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/go_json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using dockerconfig::find_json_fault;
using dockerconfig::json_fault_kind;

namespace {

struct faulty {
    std::string_view text;
    std::size_t byte;
};

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("find_json_fault finds nothing in what Go accepts as JSON") {
    for (const std::string_view text : {"null",
                                        " true ",
                                        "false",
                                        "0",
                                        "-0.0e-0",
                                        "1E+999",
                                        "12345678901234567890123",
                                        "\"\"",
                                        R"("\"\\\/\b\f\n\r\t\u00e9\ud800")",
                                        "\"\x7F\xFF\"",
                                        "[]",
                                        "[ 1 , [ ] , { } ]",
                                        "{}",
                                        R"({"":null,"a":{"b":[{}]},"a":1})",
                                        "\t\r\n {}\n"}) {
        CAPTURE(text);
        CHECK_FALSE(find_json_fault(text));
    }
    CHECK_FALSE(find_json_fault(nested(10'000)));
    CHECK(find_json_fault(nested(10'001)));
}

TEST_CASE("the kind of a fault says how to correct it") {
    const auto kind_of = [](std::string_view text, std::size_t max_depth) {
        return find_json_fault(text, max_depth).value().kind;
    };
    CHECK(kind_of("[1,]", 9) == json_fault_kind::syntax);
    CHECK(kind_of("[1,", 9) == json_fault_kind::truncated);
    CHECK(kind_of("[1] x", 9) == json_fault_kind::trailing_text);
    CHECK(kind_of("[[[]]]", 2) == json_fault_kind::too_deep);
    CHECK_FALSE(find_json_fault("[[[]]]", 3));
}

TEST_CASE("find_json_fault gives the first wrong byte") {
    const std::vector<faulty> table{
        {"", 1},
        {" ", 2},
        {"nul", 4},
        {"nulL", 4},
        {"01", 2},
        {"-", 2},
        {"1.", 3},
        {"1.e5", 3},
        {"1e", 3},
        {"+1", 1},
        {"\xEF\xBB\xBF{}", 1},
        {"\"a", 3},
        {"\"a\nb\"", 3},
        {R"("\x")", 3},
        {R"("\u12G4")", 6},
        {"\"\\", 3},
        {"[", 2},
        {"[1,]", 4},
        {"[1 2]", 4},
        {"[1}", 3},
        {"{", 2},
        {R"({"a"})", 5},
        {R"({"a":})", 6},
        {R"({"a":1,})", 8},
        {"{a:1}", 2},
        {"{1:1}", 2},
        {"{} {}", 4},
        {"{}x", 3},
        {std::string_view{"{}\0", 3}, 3},
        {std::string_view{"\0", 1}, 1},
        {R"({"auths":{"a":{"auth":"b"}})", 28},
    };
    for (const auto& [text, byte] : table) {
        CAPTURE(text);
        const auto found = find_json_fault(text);
        REQUIRE(found);
        CHECK(found->byte == byte);
    }
}
