// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "kube/fields.hpp"
#include "util/glob.hpp"

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

/// metav1.LabelSelector with the semantics of LabelSelectorAsSelector: all requirements are ANDed, an empty
/// selector matches everything, NotIn and DoesNotExist match objects without the key. An absent selector,
/// which matches nothing there, is the caller's to tell.
struct label_selector {
    std::vector<selector_requirement> requirements;  // matchLabels become In requirements with one value
    [[nodiscard]] bool matches(const string_map& labels) const;
    friend bool operator==(const label_selector&, const label_selector&) = default;
};

/// malformed on an unknown operator, on In/NotIn without values, on Exists/DoesNotExist with values, on keys
/// and values that no label can have.
[[nodiscard]] result<label_selector> read_label_selector(const json& selector);
/// The same for one inside an object: errors name the field by its whole path.
[[nodiscard]] result<label_selector> read_label_selector(const fields& selector);

}  // namespace kube
