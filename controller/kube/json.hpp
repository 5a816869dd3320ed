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

/// Bounds of a document that came from outside. CRD schemas and managedFields need more than 64 levels.
struct json_bounds {
    std::size_t bytes = 4U * 1024 * 1024;
    std::size_t depth = 100;
    std::size_t values = 200'000;
};

/// Parses one whole document. Errors (malformed) name the offset and the fault and never quote the text. The
/// parser checks the bounds before it allocates memory. Invalid UTF-8 and numbers out of range are errors; of
/// duplicate names the last value counts, as in Go. Objects named fieldsV1 (of metadata.managedFields) are
/// checked like the others, and read as null.
[[nodiscard]] result<json> parse_bounded(std::string_view text, const json_bounds& bounds);

// Lenient access, to a value of any type: a member that is missing, null or of another type counts as absent.

/// nullptr when `value` is not an object and when the member is missing or null.
[[nodiscard]] const json* member(const json& value, std::string_view name) noexcept;
/// The same for a path of names.
[[nodiscard]] const json* member(const json& value, std::initializer_list<std::string_view> path) noexcept;
/// "" when the member is absent.
[[nodiscard]] std::string string_at(const json& value, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> integer_at(const json& value, std::string_view name) noexcept;
/// A static empty array, or object, when the member is absent.
[[nodiscard]] const json& array_at(const json& value, std::string_view name) noexcept;
[[nodiscard]] const json& object_at(const json& value, std::string_view name) noexcept;

/// Serialises without spaces. Replaces invalid UTF-8, so not for data that must stay the same byte for byte.
[[nodiscard]] std::string to_text(const json& value);

}  // namespace kube
