// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace runtime {

/// An object within its type. `namespace_name` is empty for cluster-scoped objects.
struct object_key {
    std::string namespace_name;
    std::string name;
    friend auto operator<=>(const object_key&, const object_key&) = default;
};

/// As object_key, for a look-up.
struct object_key_view {
    std::string_view namespace_name;
    std::string_view name;
    friend bool operator==(const object_key_view&, const object_key_view&) = default;
};

[[nodiscard]] inline object_key_view view_of(const object_key& key) noexcept {
    return {key.namespace_name, key.name};
}

struct object_key_hash {
    [[nodiscard]] std::size_t operator()(const object_key_view& key) const noexcept {
        const std::size_t first = std::hash<std::string_view>{}(key.namespace_name);
        return std::hash<std::string_view>{}(key.name) ^
               (first + 0x9e3779b97f4a7c15U + (first << 6U) + (first >> 2U));
    }
    [[nodiscard]] std::size_t operator()(const object_key& key) const noexcept {
        return (*this)(view_of(key));
    }
};

/// `namespace/name`, or the name alone: for texts that people read.
[[nodiscard]] inline std::string to_string(const object_key_view& key) {
    std::string text;
    if (!key.namespace_name.empty()) text.append(key.namespace_name).append("/");
    return text.append(key.name);
}
[[nodiscard]] inline std::string to_string(const object_key& key) {
    return to_string(view_of(key));
}

}  // namespace runtime
