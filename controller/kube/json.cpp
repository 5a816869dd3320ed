// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/json.hpp"

#include "kube/json_builder.hpp"

#include <limits>

namespace kube {

result<json> parse_bounded(std::string_view text, const json_bounds& bounds) {
    if (text.size() > bounds.bytes) {
        return malformed("JSON larger than " + std::to_string(bounds.bytes) + " bytes");
    }
    json document;
    json_builder builder{document, bounds};
    if (!json::sax_parse(text.data(), text.data() + text.size(), &builder))
        return builder.failure(text.size());
    return document;
}

const json* member(const json& value, std::string_view name) noexcept {
    if (!value.is_object()) return nullptr;
    const auto& members = value.get_ref<const json::object_t&>();
    const auto found = members.find(name);
    return found == members.end() || found->second.is_null() ? nullptr : &found->second;
}

const json* member(const json& value, std::initializer_list<std::string_view> path) noexcept {
    const json* current = &value;
    for (const auto name : path) {
        current = member(*current, name);
        if (current == nullptr) return nullptr;
    }
    return current;
}

std::string string_at(const json& value, std::string_view name) {
    const auto* found = member(value, name);
    return found != nullptr && found->is_string() ? found->get_ref<const std::string&>() : std::string{};
}

std::optional<std::int64_t> integer_at(const json& value, std::string_view name) noexcept {
    const auto* found = member(value, name);
    if (found == nullptr || !found->is_number_integer()) return std::nullopt;
    if (found->is_number_unsigned()) {
        const auto number = found->get<std::uint64_t>();
        if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return std::nullopt;
        return static_cast<std::int64_t>(number);
    }
    return found->get<std::int64_t>();
}

const json& array_at(const json& value, std::string_view name) noexcept {
    static const json empty = json::array();
    const auto* found = member(value, name);
    return found != nullptr && found->is_array() ? *found : empty;
}

const json& object_at(const json& value, std::string_view name) noexcept {
    static const json empty = json::object();
    const auto* found = member(value, name);
    return found != nullptr && found->is_object() ? *found : empty;
}

std::string to_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace kube
