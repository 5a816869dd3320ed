// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "kube/api/selector.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

// A selector matches as a literal reading of the API's documentation does, straight from the JSON. An input
// that begins with '{' is {"selector": ..., "labels": {...}}; of any other, a selector of few keys and values
// is made.

namespace {

using kube::json;

constexpr std::array<const char*, 3> keys{"a", "b", "example.com/c"};
constexpr std::array<const char*, 3> values{"", "x", "y"};
constexpr std::array<const char*, 4> operators{"In", "NotIn", "Exists", "DoesNotExist"};

bool slow_matches(const json& selector, const json& labels) {
    bool all = true;
    if (selector.contains("matchLabels")) {
        for (const auto& [key, value] : selector.at("matchLabels").items()) {
            all = all && labels.contains(key) && labels.at(key) == value;
        }
    }
    if (!selector.contains("matchExpressions")) return all;
    for (const auto& each : selector.at("matchExpressions")) {
        const auto key = each.at("key").get<std::string>();
        const auto name = each.at("operator").get<std::string>();
        const auto listed = each.contains("values") ? each.at("values") : json::array();
        bool one_of_them = false;
        for (const auto& value : listed)
            one_of_them = one_of_them || (labels.contains(key) && labels.at(key) == value);
        if (name == "In") all = all && one_of_them;
        if (name == "NotIn") all = all && !one_of_them;
        if (name == "Exists") all = all && labels.contains(key);
        if (name == "DoesNotExist") all = all && !labels.contains(key);
    }
    return all;
}

// nlohmann keeps null members, which stand for absent ones here.
json without_nulls(json value) {
    if (!value.is_structured()) return value;
    if (value.is_object()) {
        for (auto it = value.begin(); it != value.end();)
            it = it->is_null() ? value.erase(it) : std::next(it);
    }
    for (auto& each : value)
        each = without_nulls(std::move(each));
    return value;
}

void check(const json& selector, const json& labels, bool must_be_read) {
    const auto read = kube::read_label_selector(selector);
    require(read.has_value() || !must_be_read, "a right selector is read");
    if (!read) {
        require(read.error().kind == kube::error_kind::malformed, "a wrong selector is malformed");
        return;
    }
    kube::string_map map;
    for (const auto& [key, value] : labels.items())
        map.emplace(key, value.get<std::string>());
    require(read->matches(map) == slow_matches(without_nulls(selector), labels),
            "a selector matches as documented");
}

json make_expression(FuzzedDataProvider& from) {
    const auto* name = from.PickValueInArray(operators);
    json listed = json::array();
    const bool takes_values = std::string_view(name).ends_with("In");
    if (takes_values) {
        const auto count = from.ConsumeIntegralInRange(1, 3);
        for (int i = 0; i < count; ++i)
            listed.push_back(from.PickValueInArray(values));
    }
    return {{"key", from.PickValueInArray(keys)}, {"operator", name}, {"values", listed}};
}

void check_made(const std::uint8_t* data, std::size_t size) {
    FuzzedDataProvider from(data, size);
    json labels = json::object();
    json selector{{"matchLabels", json::object()}, {"matchExpressions", json::array()}};
    for (const auto* key : keys) {
        if (from.ConsumeBool()) labels[key] = from.PickValueInArray(values);
        if (from.ConsumeIntegralInRange(0, 3) == 0)
            selector["matchLabels"][key] = from.PickValueInArray(values);
    }
    const auto count = from.ConsumeIntegralInRange(0, 4);
    for (int i = 0; i < count; ++i)
        selector["matchExpressions"].push_back(make_expression(from));
    check(selector, labels, true);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    if (!text.starts_with('{')) {
        check_made(data, size);
        return 0;
    }
    const auto document = kube::parse_bounded(text, {});
    if (!document || kube::member(*document, "selector") == nullptr) return 0;
    json labels = json::object();
    for (const auto& [key, value] : kube::object_at(*document, "labels").items()) {
        if (value.is_string()) labels[key] = value;
    }
    check(document->at("selector"), labels, false);
    return 0;
}
