// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "manifest_fixture.hpp"

#include <doctest/doctest.h>

using namespace harness;
using namespace nlohmann::literals;

// What the API server refuses in spec.namespaces, and the words with which it says what to write instead.

namespace {

constexpr auto include = "/spec/namespaces/include/0";
constexpr auto labels = "/spec/namespaces/selector/matchLabels";
constexpr auto expressions = "/spec/namespaces/selector/matchExpressions";
constexpr auto glob = "write the name of a namespace or a glob of it";
constexpr auto some_namespaces = R"(for every namespace write include: ["*"])";

json expression(const std::string& key, const std::string& op, const json& values = nullptr) {
    json made = {{"key", key}, {"operator", op}};
    if (!values.is_null()) made["values"] = values;
    return json::array({made});
}

}  // namespace

TEST_CASE_FIXTURE(manifest_fixture,
                  "the API server refuses namespaces that are neither names nor globs, and an empty list") {
    constexpr auto all = "/spec/namespaces";
    check_refused({
        {"/spec/namespaces/exclude", {"kube_*"}, {"spec.namespaces.exclude[0]", glob}},
        {all, R"({"exclude": ["*-sandbox"]})"_json, {some_namespaces}},
        {include, "team-[ab]", {glob}},
        {include, "team-a,team-b", {glob}},
        {include, "team.a", {glob}},
        {include, "", {glob}},
        {include, "-*", {glob}},
        {include, "!team-a", {glob}},
        {include, letters(63) + "*", too_long("spec.namespaces.include[0]", 63)},
        {"/spec/namespaces/include",
         {"team-*", "team-*"},
         {R"(spec.namespaces.include[1]: Duplicate value: "team-*")"}},
        {include, "team_a", {glob}},
        {include, "Team-*", {"spec.namespaces.include[0]", glob}},
        {"/spec/namespaces/include", json::array(), {some_namespaces}},
        {all, nullptr, {"spec.namespaces: Required value: say which namespaces", some_namespaces}},
        {all, json::object(), {some_namespaces}},
        {all, R"({"selector": {"matchLabels": {}, "matchExpressions": []}})"_json, {some_namespaces}},
        {all, R"({"selector": {}})"_json, {some_namespaces}},
        {"/spec/namespaces/include",
         numbered("n", 65),
         {"spec.namespaces.include: Too many: 65: must have at most 64 items"}},
    });
}

TEST_CASE_FIXTURE(manifest_fixture, "the API server refuses a selector that no label can match") {
    const std::string long_prefix =
        letters(62) + "." + letters(62) + "." + letters(62) + "." + letters(62) + "." + "aa/b";
    check_refused({
        {expressions,
         expression("tier", "DoesNotExist", {"a"}),
         {"operator DoesNotExist has no values: remove them, or write In or NotIn"}},
        {expressions,
         expression("tier", "Exists", {"a"}),
         {"operator Exists has no values: remove them, or write In or NotIn"}},
        {expressions, expression("tier/", "Exists"), {label_key}},
        {expressions, expression("", "Exists"), {label_key}},
        {expressions, expression(long_prefix, "Exists"), {label_key}},
        {expressions, expression("tier", "In", {"gold medal"}), {label_value}},
        {expressions, expression("tier", "In", {letters(64)}), too_long("values[0]", 63)},
        {expressions, expression("tier", "In"), {"operator In needs at least one entry in values"}},
        {expressions,
         expression("tier", "NotIn", json::array()),
         {"operator NotIn needs at least one entry in values"}},
        {expressions,
         R"([{"key": "tier"}])"_json,
         {"spec.namespaces.selector.matchExpressions[0].operator: Required value"}},
        {expressions,
         expression("tier", "Gt", {"1"}),
         {R"(Unsupported value: "Gt": supported values: "In", "NotIn", "Exists", "DoesNotExist")"}},
        {labels, {{"-pull", "private"}}, {label_key}},
        {labels, {{letters(64), "private"}}, {label_key}},
        {labels, {{"Example.com/pull", "private"}}, {label_key}},
        {labels, {{"example.com/a/b", "private"}}, {label_key}},
        {labels,
         numbered_keys(33),
         {"spec.namespaces.selector.matchLabels: Too many: 33: must have at most 32 items"}},
        {labels, {{"pull", "private!"}}, {label_value}},
        {labels, {{"pull", true}}, {"must be of type string"}},
        {labels, {{"pull", letters(64)}}, too_long("spec.namespaces.selector.matchLabels.pull", 63)},
    });
}
