// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/field_reader.hpp"

#include <utility>

namespace kube {

namespace {

std::string element(std::string path, std::size_t index) {
    return std::move(path) + "[" + std::to_string(index) + "]";
}

}  // namespace

std::string field_reader::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

error field_reader::invalid(std::string_view name, std::string_view message) const {
    return malformed(path_of(name) + ": " + std::string(message));
}

result<std::optional<std::string>> field_reader::get_string(std::string_view name) const {
    const auto* found = member(object_, name);
    if (found == nullptr) return std::optional<std::string>{};
    if (!found->is_string()) return invalid(name, "must be a string");
    return std::optional<std::string>{found->get_ref<const std::string&>()};
}

result<std::string> field_reader::get_required_string(std::string_view name) const {
    auto read = get_string(name);
    if (!read) return read.error();
    if (!*read || (*read)->empty()) return invalid(name, "required");
    return std::move(**read);
}

result<std::optional<bool>> field_reader::get_bool(std::string_view name) const {
    const auto* found = member(object_, name);
    if (found == nullptr) return std::optional<bool>{};
    if (!found->is_boolean()) return invalid(name, "must be true or false");
    return std::optional<bool>{found->get<bool>()};
}

result<std::optional<std::int64_t>> field_reader::get_integer(std::string_view name) const {
    if (!has(name)) return std::optional<std::int64_t>{};
    auto number = integer_at(object_, name);
    if (!number) return invalid(name, "must be a 64-bit integer");
    return number;
}

result<std::vector<std::string>> field_reader::get_strings(std::string_view name) const {
    std::vector<std::string> read;
    const auto* found = member(object_, name);
    if (found == nullptr) return read;
    if (!found->is_array()) return invalid(name, "must be a list");
    read.reserve(found->size());
    for (const auto& each : *found) {
        if (!each.is_string()) return malformed(element(path_of(name), read.size()) + ": must be a string");
        read.push_back(each.get_ref<const std::string&>());
    }
    return read;
}

result<string_map> field_reader::get_string_map(std::string_view name) const {
    string_map read;
    const auto* found = member(object_, name);
    if (found == nullptr) return read;
    if (!found->is_object()) return invalid(name, "must be a map");
    read.reserve(found->size());
    for (const auto& [key, value] : found->get_ref<const json::object_t&>()) {
        if (!value.is_string()) return invalid(name, "values must be strings");
        read.emplace_hint(read.end(), key, value.get_ref<const std::string&>());
    }
    return read;
}

result<field_reader> field_reader::get_object(std::string_view name) const {
    const auto* found = member(object_, name);
    if (found == nullptr) return field_reader(object_at(object_, name), path_of(name));
    if (!found->is_object()) return invalid(name, "must be an object");
    return field_reader(*found, path_of(name));
}

result<std::vector<field_reader>> field_reader::get_objects(std::string_view name) const {
    std::vector<field_reader> read;
    const auto* found = member(object_, name);
    if (found == nullptr) return read;
    if (!found->is_array()) return invalid(name, "must be a list");
    read.reserve(found->size());
    for (const auto& each : *found) {
        auto path = element(path_of(name), read.size());
        if (!each.is_object()) return malformed(path + ": must be an object");
        read.emplace_back(each, std::move(path));
    }
    return read;
}

}  // namespace kube
