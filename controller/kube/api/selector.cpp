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

result<selector_requirement> read_requirement(const field_reader& from) {
    auto key = from.get_required_string("key");
    if (!key) return key.error();
    if (!is_qualified_name(*key)) return from.invalid("key", "must be a label key");
    const auto name = from.get_required_string("operator");
    if (!name) return name.error();
    const auto op = operator_of(*name);
    if (!op) return from.invalid("operator", "must be In, NotIn, Exists or DoesNotExist");
    auto values = from.get_strings("values");
    if (!values) return values.error();
    const bool takes_values = *op == selector_operator::in || *op == selector_operator::not_in;
    if (takes_values && values->empty())
        return from.invalid("values", "required for the operators In and NotIn");
    if (!takes_values && !values->empty())
        return from.invalid("values", "must be empty for the operators Exists and DoesNotExist");
    if (!std::ranges::all_of(*values, is_label_value)) return from.invalid("values", "must be label values");
    return selector_requirement{std::move(*key), *op, std::move(*values)};
}

result<void> read_match_labels(const field_reader& from, label_selector& selector) {
    auto labels = from.get_string_map("matchLabels");
    if (!labels) return labels.error();
    for (auto& [key, value] : *labels) {
        if (!is_qualified_name(key)) return from.invalid("matchLabels", "keys must be label keys");
        if (!is_label_value(value)) return from.invalid("matchLabels", "values must be label values");
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

result<label_selector> read_label_selector(const field_reader& from) {
    label_selector selector;
    if (auto read = read_match_labels(from, selector); !read) return read.error();
    const auto expressions = from.get_objects("matchExpressions");
    if (!expressions) return expressions.error();
    for (const auto& each : *expressions) {
        auto requirement = read_requirement(each);
        if (!requirement) return requirement.error();
        selector.requirements.push_back(std::move(*requirement));
    }
    return selector;
}

result<label_selector> read_label_selector(const json& selector) {
    if (!selector.is_object()) return malformed("selector: must be an object");
    return read_label_selector(field_reader(selector, "selector"));
}

}  // namespace kube
