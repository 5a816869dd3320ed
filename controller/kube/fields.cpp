// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/fields.hpp"

#include <utility>

namespace kube {

namespace {

std::string element(std::string path, std::size_t index) {
    return std::move(path) + "[" + std::to_string(index) + "]";
}

}  // namespace

std::string fields::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

error fields::fault(std::string_view name, std::string_view what) const {
    return malformed(path_of(name) + ": " + std::string(what));
}

result<std::optional<std::string>> fields::text(std::string_view name) const {
    const auto* found = member(object_, name);
    if (found == nullptr) return std::optional<std::string>{};
    if (!found->is_string()) return fault(name, "not text");
    return std::optional<std::string>{found->get_ref<const std::string&>()};
}

result<std::string> fields::required_text(std::string_view name) const {
    auto read = text(name);
    if (!read) return read.error();
    if (!*read || (*read)->empty()) return fault(name, "required");
    return std::move(**read);
}

result<std::optional<bool>> fields::flag(std::string_view name) const {
    const auto* found = member(object_, name);
    if (found == nullptr) return std::optional<bool>{};
    if (!found->is_boolean()) return fault(name, "neither true nor false");
    return std::optional<bool>{found->get<bool>()};
}

result<std::optional<std::int64_t>> fields::integer(std::string_view name) const {
    if (!has(name)) return std::optional<std::int64_t>{};
    auto number = integer_at(object_, name);
    if (!number) return fault(name, "not an integer of 64 bits");
    return number;
}

result<std::vector<std::string>> fields::texts(std::string_view name) const {
    std::vector<std::string> read;
    const auto* found = member(object_, name);
    if (found == nullptr) return read;
    if (!found->is_array()) return fault(name, "not a list");
    read.reserve(found->size());
    for (const auto& each : *found) {
        if (!each.is_string()) return malformed(element(path_of(name), read.size()) + ": not text");
        read.push_back(each.get_ref<const std::string&>());
    }
    return read;
}

result<string_map> fields::text_map(std::string_view name) const {
    string_map read;
    const auto* found = member(object_, name);
    if (found == nullptr) return read;
    if (!found->is_object()) return fault(name, "not a map");
    read.reserve(found->size());
    for (const auto& [key, value] : found->get_ref<const json::object_t&>()) {
        if (!value.is_string()) return fault(name, "a value is not text");
        read.emplace_hint(read.end(), key, value.get_ref<const std::string&>());
    }
    return read;
}

result<fields> fields::object(std::string_view name) const {
    const auto* found = member(object_, name);
    if (found == nullptr) return fields(object_at(object_, name), path_of(name));
    if (!found->is_object()) return fault(name, "not an object");
    return fields(*found, path_of(name));
}

result<std::vector<fields>> fields::objects(std::string_view name) const {
    std::vector<fields> read;
    const auto* found = member(object_, name);
    if (found == nullptr) return read;
    if (!found->is_array()) return fault(name, "not a list");
    read.reserve(found->size());
    for (const auto& each : *found) {
        auto path = element(path_of(name), read.size());
        if (!each.is_object()) return malformed(path + ": not an object");
        read.emplace_back(each, std::move(path));
    }
    return read;
}

}  // namespace kube
