// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/json.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace kube {

/// Builds the document from the parser's calls. Stops the parser at the first value or level over the bounds,
/// before it allocates memory for it. Of duplicate names the last value counts, as in Go's encoding/json.
class json_builder {
 public:
    json_builder(json& root, const json_bounds& bounds) : root_(root), bounds_(bounds) {}

    /// Why the parser stopped. `size` is the size of the text.
    [[nodiscard]] error failure(std::size_t size) const;

    // Called by json::sax_parse, which stops at false.
    bool null() { return add(json{}) != nullptr; }
    bool boolean(bool value) { return add(json(value)) != nullptr; }
    bool number_integer(json::number_integer_t value) { return add(json(value)) != nullptr; }
    bool number_unsigned(json::number_unsigned_t value) { return add(json(value)) != nullptr; }
    bool number_float(json::number_float_t value, const std::string& text);
    bool string(std::string& value) { return add(json(std::move(value))) != nullptr; }
    bool binary(json::binary_t& value);
    bool start_object(std::size_t count);
    bool key(std::string& name);
    bool end_object();
    bool start_array(std::size_t count);
    bool end_array();
    bool parse_error(std::size_t position, const std::string& last_token, const json::exception& exception);

 private:
    enum class fault { syntax, number_out_of_range, too_deep, too_many_values };

    json* add(json value);
    bool open(json container);
    bool stop(fault reason);

    json& root_;
    json_bounds bounds_;
    std::vector<json*> open_;  // the containers around the next value, outermost first
    json* slot_ = nullptr;     // of the key that was read last
    std::size_t values_ = 0;
    fault fault_ = fault::syntax;
    std::size_t position_ = 0;  // bytes read when the parser reported the fault
};

}  // namespace kube
