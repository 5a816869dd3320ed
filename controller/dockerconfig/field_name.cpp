// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/field_name.hpp"

namespace dockerconfig {

bool is_field(std::string_view name, std::string_view field) noexcept {
    constexpr std::string_view long_s = "\u017F";
    constexpr std::string_view kelvin = "\u212A";
    for (const char letter : field) {
        if (name.empty()) return false;
        const char first = name.front();
        if (first == letter || (first >= 'A' && first <= 'Z' && first - 'A' + 'a' == letter)) {
            name.remove_prefix(1);
        } else if (letter == 's' && name.starts_with(long_s)) {
            name.remove_prefix(long_s.size());
        } else if (letter == 'k' && name.starts_with(kelvin)) {
            name.remove_prefix(kelvin.size());
        } else {
            return false;
        }
    }
    return name.empty();
}

}  // namespace dockerconfig
