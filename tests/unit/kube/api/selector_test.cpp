// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/selector.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::string_map;

namespace {

const string_map nothing;
const string_map prod{{"env", "prod"}};
const string_map prod_a{{"env", "prod"}, {"team", "a"}};
const string_map empty_value{{"env", ""}};

bool matches(const std::string& selector, const string_map& labels) {
    const auto read = kube::read_label_selector(parsed(selector));
    REQUIRE_MESSAGE(read.has_value(), selector);
    return read->matches(labels);
}

std::string expression(const std::string& op, const std::string& values) {
    return R"({"matchExpressions":[{"key":"env","operator":")" + op + "\"" + values + "}]}";
}

}  // namespace

TEST_CASE("a selector matches like that of LabelSelectorAsSelector") {
    struct example {
        std::string selector;
        string_map labels;
        bool expected;
    };
    const example table[] = {
        {"{}", nothing, true},
        {"{}", prod, true},
        {R"({"matchLabels":{},"matchExpressions":[]})", prod, true},
        {R"({"matchLabels":null,"matchExpressions":null})", prod, true},
        {R"({"matchLabels":{"env":"prod"}})", prod, true},
        {R"({"matchLabels":{"env":"prod"}})", nothing, false},
        {R"({"matchLabels":{"env":"test"}})", prod, false},
        {R"({"matchLabels":{"env":"prod","team":"a"}})", prod, false},
        {R"({"matchLabels":{"env":"prod","team":"a"}})", prod_a, true},
        {R"({"matchLabels":{"env":""}})", empty_value, true},
        {R"({"matchLabels":{"env":""}})", nothing, false},
        {expression("In", R"(,"values":["test","prod"])"), prod, true},
        {expression("In", R"(,"values":["test"])"), prod, false},
        {expression("In", R"(,"values":["test"])"), nothing, false},
        {expression("In", R"(,"values":[""])"), nothing, false},
        {expression("In", R"(,"values":[""])"), empty_value, true},
        {expression("NotIn", R"(,"values":["test"])"), prod, true},
        {expression("NotIn", R"(,"values":["prod","test"])"), prod, false},
        {expression("NotIn", R"(,"values":["prod"])"), nothing, true},
        {expression("Exists", ""), prod, true},
        {expression("Exists", R"(,"values":[])"), empty_value, true},
        {expression("Exists", R"(,"values":null)"), nothing, false},
        {expression("DoesNotExist", ""), nothing, true},
        {expression("DoesNotExist", ""), empty_value, false},
        {R"({"matchLabels":{"team":"a"},"matchExpressions":[{"key":"env","operator":"In","values":["prod"]}]})",
         prod_a,
         true},
        {R"({"matchLabels":{"team":"b"},"matchExpressions":[{"key":"env","operator":"In","values":["prod"]}]})",
         prod_a,
         false},
        {R"({"matchLabels":{"team":"a"},"matchExpressions":[{"key":"env","operator":"NotIn","values":["prod"]}]})",
         prod_a,
         false},
    };
    for (const auto& row : table) {
        CAPTURE(row.selector);
        CHECK(matches(row.selector, row.labels) == row.expected);
    }
}

TEST_CASE("a selector that the API server would reject is malformed, and the error names the field") {
    struct example {
        std::string selector;
        const char* field;
    };
    const example table[] = {
        {"[]", "selector"},
        {"\"env\"", "selector"},
        {R"({"matchLabels":["env"]})", "selector.matchLabels"},
        {R"({"matchLabels":{"env":1}})", "selector.matchLabels"},
        {R"({"matchLabels":{"env":null}})", "selector.matchLabels"},
        {R"({"matchLabels":{"not a key":"x"}})", "selector.matchLabels"},
        {R"({"matchLabels":{"env":"not a value"}})", "selector.matchLabels"},
        {R"({"matchExpressions":{}})", "selector.matchExpressions"},
        {R"({"matchExpressions":["env"]})", "selector.matchExpressions[0]"},
        {R"({"matchExpressions":[{"operator":"Exists"}]})", "selector.matchExpressions[0].key"},
        {R"({"matchExpressions":[{"key":"","operator":"Exists"}]})", "selector.matchExpressions[0].key"},
        {R"({"matchExpressions":[{"key":"a b","operator":"Exists"}]})", "selector.matchExpressions[0].key"},
        {R"({"matchExpressions":[{"key":"env","operator":"Exists"},{"key":"env"}]})",
         "selector.matchExpressions[1].operator"},
        {expression("Gt", R"(,"values":["1"])"), "selector.matchExpressions[0].operator"},
        {expression("in", R"(,"values":["1"])"), "selector.matchExpressions[0].operator"},
        {expression("In", ""), "selector.matchExpressions[0].values"},
        {expression("NotIn", R"(,"values":[])"), "selector.matchExpressions[0].values"},
        {expression("Exists", R"(,"values":["x"])"), "selector.matchExpressions[0].values"},
        {expression("DoesNotExist", R"(,"values":["x"])"), "selector.matchExpressions[0].values"},
        {expression("In", R"(,"values":["x",1])"), "selector.matchExpressions[0].values[1]"},
        {expression("In", R"(,"values":"x")"), "selector.matchExpressions[0].values"},
        {expression("In", R"(,"values":["a b"])"), "selector.matchExpressions[0].values"},
    };
    for (const auto& row : table) {
        CAPTURE(row.selector);
        const auto read = kube::read_label_selector(parsed(row.selector));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().kind == kube::error_kind::malformed);
        CHECK(read.error().message.starts_with(std::string(row.field) + ":"));
    }
}
