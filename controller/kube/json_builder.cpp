// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/json_builder.hpp"

#include <utility>

namespace kube {

namespace {

constexpr int out_of_range_number = 406;  // the id of nlohmann's out_of_range exception

}  // namespace

error json_builder::failure(std::size_t size) const {
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

bool json_builder::number_float(json::number_float_t value, const std::string& /*text*/) {
    return add(json(value)) != nullptr;
}

bool json_builder::binary(json::binary_t& /*value*/) {
    return stop(fault::syntax);  // JSON text has none
}

bool json_builder::start_object(std::size_t /*count*/) {
    return open(json::object());
}

bool json_builder::start_array(std::size_t /*count*/) {
    return open(json::array());
}

bool json_builder::key(std::string& name) {
    slot_ = &open_.back()->get_ref<json::object_t&>()[std::move(name)];
    return true;
}

bool json_builder::end_object() {
    open_.pop_back();
    return true;
}

bool json_builder::end_array() {
    open_.pop_back();
    return true;
}

bool json_builder::parse_error(std::size_t position,
                               const std::string& /*last_token*/,
                               const json::exception& exception) {
    position_ = position;
    return stop(exception.id == out_of_range_number ? fault::number_out_of_range : fault::syntax);
}

json* json_builder::add(json value) {
    if (++values_ > bounds_.values) {
        stop(fault::too_many_values);
        return nullptr;
    }
    json* slot = &root_;
    if (!open_.empty() && open_.back()->is_array()) {
        slot = &open_.back()->get_ref<json::array_t&>().emplace_back();
    } else if (!open_.empty()) {
        slot = slot_;
    }
    *slot = std::move(value);
    return slot;
}

bool json_builder::open(json container) {
    if (open_.size() >= bounds_.depth) return stop(fault::too_deep);
    auto* added = add(std::move(container));
    if (added != nullptr) open_.push_back(added);
    return added != nullptr;
}

bool json_builder::stop(fault reason) {
    fault_ = reason;
    return false;
}

}  // namespace kube
