// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/json.hpp"

#include <limits>
#include <utility>
#include <vector>

namespace kube {

namespace {

constexpr int out_of_range_number = 406;  // the id of nlohmann's out_of_range exception

/// Of an entry of metadata.managedFields: half of a small object's values, and read by nobody here.
constexpr std::string_view left_out = "fieldsV1";

/// Builds the document from the parser's calls. Stops the parser at the first value or level over the bounds,
/// before it allocates memory for it. Of duplicate names the last value counts, as in Go's encoding/json.
class json_builder {
 public:
    json_builder(json& root, const json_bounds& bounds) : root_(root), bounds_(bounds) {}

    /// Why the parser stopped. `size` is the size of the text.
    [[nodiscard]] error failure(std::size_t size) const {
        switch (fault_) {
            case fault::too_deep:
                return malformed("JSON nested deeper than " + std::to_string(bounds_.depth) + " levels");
            case fault::too_many_values:
                return malformed("JSON with more than " + std::to_string(bounds_.values) + " values");
            case fault::number_out_of_range:
                return malformed("JSON number out of range before byte " + std::to_string(position_));
            case fault::syntax:
                break;
        }
        if (position_ > size) return malformed("JSON ends early, after " + std::to_string(size) + " bytes");
        return malformed("not JSON at byte " + std::to_string(position_));
    }

    // Called by json::sax_parse, which stops at false.
    bool null() { return add(json{}); }
    bool boolean(bool value) { return add(json(value)); }
    bool number_integer(json::number_integer_t value) { return add(json(value)); }
    bool number_unsigned(json::number_unsigned_t value) { return add(json(value)); }
    bool number_float(json::number_float_t value, const std::string& /*text*/) { return add(json(value)); }
    bool string(std::string& value) { return add(json(std::move(value))); }
    bool binary(json::binary_t& /*value*/) { return stop(fault::syntax); }  // JSON text has none
    bool start_object(std::size_t /*count*/) { return open(json::value_t::object); }
    bool key(std::string& name) {
        is_left_out_ = name == left_out;
        if (auto* object = open_.back(); object != nullptr)
            slot_ = &object->get_ref<json::object_t&>()[std::move(name)];
        return true;
    }
    bool end_object() { return close(); }
    bool start_array(std::size_t /*count*/) { return open(json::value_t::array); }
    bool end_array() { return close(); }
    bool parse_error(std::size_t position,
                     const std::string& /*last_token*/,
                     const json::exception& exception) {
        position_ = position;
        return stop(exception.id == out_of_range_number ? fault::number_out_of_range : fault::syntax);
    }

 private:
    enum class fault { syntax, number_out_of_range, too_deep, too_many_values };

    bool count() { return ++values_ <= bounds_.values || stop(fault::too_many_values); }

    bool add(json value) {
        if (!count()) return false;
        if (auto* slot = next_slot(); slot != nullptr) *slot = std::move(value);
        is_left_out_ = false;
        return true;
    }

    bool open(json::value_t container) {
        if (open_.size() >= bounds_.depth) return stop(fault::too_deep);
        if (!count()) return false;
        auto* slot = next_slot();
        const bool is_kept = !std::exchange(is_left_out_, false) && slot != nullptr;
        if (slot != nullptr) *slot = is_kept ? json(container) : json{};
        open_.push_back(is_kept ? slot : nullptr);
        return true;
    }

    /// Null: the value is not kept.
    json* next_slot() {
        if (open_.empty()) return &root_;
        auto* around = open_.back();
        if (around == nullptr) return nullptr;
        return around->is_array() ? &around->get_ref<json::array_t&>().emplace_back() : slot_;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    bool stop(fault reason) {
        fault_ = reason;
        return false;
    }

    json& root_;
    json_bounds bounds_;
    std::vector<json*> open_;   // the containers around the next value, outermost first; null: it is not kept
    json* slot_ = nullptr;      // of the key that was read last
    bool is_left_out_ = false;  // what the key that was read last names, if it is a container
    std::size_t values_ = 0;
    fault fault_ = fault::syntax;
    std::size_t position_ = 0;  // bytes read when the parser reported the fault
};

}  // namespace

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
