// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/selector.hpp"

#include "kube/api/names.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace kube {

namespace {

std::optional<selector_operator> operator_of(std::string_view name) noexcept {
    if (name == "In") return selector_operator::in;
    if (name == "NotIn") return selector_operator::not_in;
    if (name == "Exists") return selector_operator::exists;
    if (name == "DoesNotExist") return selector_operator::does_not_exist;
    return std::nullopt;
}

result<selector_requirement> read_requirement(const fields& from) {
    auto key = from.required_text("key");
    if (!key) return key.error();
    if (!is_qualified_name(*key)) return from.fault("key", "not the key of a label");
    const auto name = from.required_text("operator");
    if (!name) return name.error();
    const auto op = operator_of(*name);
    if (!op) return from.fault("operator", "not one of In, NotIn, Exists, DoesNotExist");
    auto values = from.texts("values");
    if (!values) return values.error();
    const bool takes_values = *op == selector_operator::in || *op == selector_operator::not_in;
    if (takes_values && values->empty()) return from.fault("values", "In and NotIn need at least one");
    if (!takes_values && !values->empty()) return from.fault("values", "Exists and DoesNotExist have none");
    if (!std::ranges::all_of(*values, is_label_value))
        return from.fault("values", "not the value of a label");
    return selector_requirement{std::move(*key), *op, std::move(*values)};
}

result<void> read_match_labels(const fields& from, label_selector& selector) {
    auto labels = from.text_map("matchLabels");
    if (!labels) return labels.error();
    for (auto& [key, value] : *labels) {
        if (!is_qualified_name(key)) return from.fault("matchLabels", "a key is not the key of a label");
        if (!is_label_value(value)) return from.fault("matchLabels", "a value is not the value of a label");
        selector.requirements.push_back({key, selector_operator::in, {std::move(value)}});
    }
    return {};
}

}  // namespace

bool selector_requirement::matches(const string_map& labels) const {
    const auto label = labels.find(key);
    const bool present = label != labels.end();
    const auto listed = [&] { return std::ranges::find(values, label->second) != values.end(); };
    switch (op) {
        case selector_operator::in:
            return present && listed();
        case selector_operator::not_in:
            return !present || !listed();
        case selector_operator::exists:
            return present;
        case selector_operator::does_not_exist:
            return !present;
    }
    return false;
}

bool label_selector::matches(const string_map& labels) const {
    return std::ranges::all_of(requirements, [&labels](const auto& each) { return each.matches(labels); });
}

result<label_selector> read_label_selector(const fields& from) {
    label_selector selector;
    if (auto read = read_match_labels(from, selector); !read) return read.error();
    const auto expressions = from.objects("matchExpressions");
    if (!expressions) return expressions.error();
    for (const auto& each : *expressions) {
        auto requirement = read_requirement(each);
        if (!requirement) return requirement.error();
        selector.requirements.push_back(std::move(*requirement));
    }
    return selector;
}

result<label_selector> read_label_selector(const json& selector) {
    if (!selector.is_object()) return malformed("selector: not an object");
    return read_label_selector(fields(selector, "selector"));
}

}  // namespace kube
