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

/// Typed reading of an object that came from outside. Errors are malformed and name the field by its path,
/// never a value. As the API server does, null and an absent member are one.
class fields {
 public:
    /// `path` is the object's own, as a user would write it: "spec.sources[3]". Empty for the whole document.
    fields(const json& object, std::string path) : object_(object), path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string path_of(std::string_view name) const;
    [[nodiscard]] error fault(std::string_view name, std::string_view what) const;

    [[nodiscard]] bool has(std::string_view name) const noexcept { return member(object_, name) != nullptr; }
    [[nodiscard]] result<std::optional<std::string>> text(std::string_view name) const;
    [[nodiscard]] result<std::string> required_text(std::string_view name) const;  // and not empty
    [[nodiscard]] result<std::optional<bool>> flag(std::string_view name) const;
    [[nodiscard]] result<std::optional<std::int64_t>> integer(std::string_view name) const;
    [[nodiscard]] result<std::vector<std::string>> texts(std::string_view name) const;  // empty when absent
    [[nodiscard]] result<string_map> text_map(std::string_view name) const;             // empty when absent
    /// The member's own fields, of an empty object when it is absent. Valid as long as the document.
    [[nodiscard]] result<fields> object(std::string_view name) const;
    /// One for each element, all of which must be objects; none when it is absent.
    [[nodiscard]] result<std::vector<fields>> objects(std::string_view name) const;

    [[nodiscard]] const json& raw() const noexcept { return object_; }

 private:
    std::reference_wrapper<const json> object_;
    std::string path_;
};

}  // namespace kube
