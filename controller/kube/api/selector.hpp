// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "kube/field_reader.hpp"

#include <string>
#include <vector>

namespace kube {

enum class selector_operator { in, not_in, exists, does_not_exist };

struct selector_requirement {
    std::string key;
    selector_operator op = selector_operator::exists;
    std::vector<std::string> values;
    [[nodiscard]] bool matches(const string_map& labels) const;
    friend bool operator==(const selector_requirement&, const selector_requirement&) = default;
};

/// metav1.LabelSelector with the semantics of LabelSelectorAsSelector: all requirements must match, an empty
/// selector matches everything, NotIn and DoesNotExist match objects without the key. Represent an absent
/// selector, which matches nothing, as an absent label_selector.
struct label_selector {
    std::vector<selector_requirement> requirements;  // matchLabels become In requirements with one value
    [[nodiscard]] bool matches(const string_map& labels) const;
    friend bool operator==(const label_selector&, const label_selector&) = default;
};

/// malformed for an unknown operator, for In and NotIn without values, for Exists and DoesNotExist with
/// values, and for keys and values that no label can have.
[[nodiscard]] result<label_selector> read_label_selector(const json& selector);
/// The same for a selector inside an object: errors name the field by its whole path.
[[nodiscard]] result<label_selector> read_label_selector(const field_reader& selector);

}  // namespace kube
