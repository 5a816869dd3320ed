// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

using nlohmann::json;

/// Bounds of a document that came from outside. 64 levels and more are needed: CRD schemas and managedFields
/// nest.
struct json_bounds {
    std::size_t bytes = 4U * 1024 * 1024;
    std::size_t depth = 100;
    std::size_t values = 200'000;
};

/// Parses one whole document. Errors (malformed) say the offset and the kind of fault, never the text. Bounds
/// are kept while parsing, before memory is spent. Invalid UTF-8 and numbers out of range are faults; of a
/// name that stands twice, the last value counts.
[[nodiscard]] result<json> parse_bounded(std::string_view text, const json_bounds& bounds);

// Checked access. Each of these takes any value and never throws: a missing member, null and a wrong type are
// told apart only where a caller needs it.

/// The member, or nullptr when `value` is no object, has no such member, or the member is null.
[[nodiscard]] const json* member(const json& value, std::string_view name) noexcept;
/// As member(), for a path of names.
[[nodiscard]] const json* member(const json& value, std::initializer_list<std::string_view> path) noexcept;
/// The member's text, or "" when it is absent or not a string.
[[nodiscard]] std::string string_at(const json& value, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> integer_at(const json& value, std::string_view name) noexcept;
[[nodiscard]] bool flag_at(const json& value,
                           std::string_view name) noexcept;  // true only for a literal true
/// The member if it is an array, else an empty array (a static one).
[[nodiscard]] const json& array_at(const json& value, std::string_view name) noexcept;
[[nodiscard]] const json& object_at(const json& value, std::string_view name) noexcept;

/// Serialises for the wire: raw UTF-8, invalid sequences replaced (never for data that is written back
/// unread).
[[nodiscard]] std::string to_text(const json& value);

}  // namespace kube
