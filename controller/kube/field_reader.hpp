// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/json.hpp"

#include <boost/container/flat_map.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

/// Labels and annotations: few, sorted, compact.
using string_map = boost::container::flat_map<std::string, std::string, std::less<>>;

/// Reads the typed fields of an object that came from outside. Errors are malformed, name the field by its
/// path and never quote a value. As for the API server, a null field is absent.
class field_reader {
 public:
    /// `path` is the object's own, as a user would write it: "spec.sources[3]". Empty for the whole document.
    field_reader(const json& object, std::string path) : object_(object), path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string path_of(std::string_view name) const;
    [[nodiscard]] error invalid(std::string_view name, std::string_view message) const;

    [[nodiscard]] bool has(std::string_view name) const noexcept { return member(object_, name) != nullptr; }
    [[nodiscard]] result<std::optional<std::string>> get_string(std::string_view name) const;
    [[nodiscard]] result<std::string> get_required_string(std::string_view name) const;  // not empty either
    [[nodiscard]] result<std::optional<bool>> get_bool(std::string_view name) const;
    [[nodiscard]] result<std::optional<std::int64_t>> get_integer(std::string_view name) const;
    [[nodiscard]] result<std::vector<std::string>> get_strings(
        std::string_view name) const;                                              // empty if absent
    [[nodiscard]] result<string_map> get_string_map(std::string_view name) const;  // empty if absent
    /// A reader of the field's own fields; of an empty object if it is absent. Valid as long as the document.
    [[nodiscard]] result<field_reader> get_object(std::string_view name) const;
    /// One reader per element of a list of objects; none if it is absent.
    [[nodiscard]] result<std::vector<field_reader>> get_objects(std::string_view name) const;

    [[nodiscard]] const json& raw() const noexcept { return object_; }

 private:
    std::reference_wrapper<const json> object_;
    std::string path_;
};

}  // namespace kube
