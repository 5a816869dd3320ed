// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config_reader.hpp"

#include "dockerconfig/field_name.hpp"

#include <utility>

namespace dockerconfig {

namespace {

util::secret_bytes take(std::string& value) {
    auto taken = util::secret_bytes::copy_of(value);
    util::wipe(value);
    return taken;
}

}  // namespace

docker_config_reader::docker_config_reader(docker_config_form form) : form_(form) {}

source_result<raw_docker_config> docker_config_reader::read(std::string_view text) && {
    size_ = text.size();
    if (!kube::json::sax_parse(text.data(), text.data() + text.size(), this)) return *std::move(error_);
    return std::move(config_);
}

docker_config_reader::role docker_config_reader::role_of_member(std::string_view name) const {
    switch (open_.back()) {
        case role::document:
            if (is_field(name, "auths")) return role::entries;
            if (is_field(name, "httpheaders")) return role::headers;
            if (is_field(name, "credsstore")) return role::store;
            if (is_field(name, "credhelpers")) return role::helpers;
            return role::ignored;
        case role::entry:
            if (is_field(name, "username")) return role::username;
            if (is_field(name, "password")) return role::password;
            if (is_field(name, "email")) return role::email;
            if (is_field(name, "auth")) return role::auth;
            if (is_field(name, "identitytoken") || is_field(name, "registrytoken")) return role::token;
            return role::ignored;
        case role::entries:
            return role::entry;
        case role::headers:
            return role::header;
        default:
            return role::ignored;
    }
}

bool docker_config_reader::key(std::string& name) {
    next_ = role_of_member(name);
    if (open_.back() == role::helpers) config_.has_credential_store = true;
    if (next_ != role::entry) return true;
    if (config_.entries.size() == max_docker_config_entries) {
        return fail(
            source_fault::too_many_entries,
            "the docker config has more than " + std::to_string(max_docker_config_entries) + " entries");
    }
    config_.entries.push_back({});
    config_.entries.back().key = name;
    return true;
}

bool docker_config_reader::string(std::string& value) {
    auto text = take(value);
    switch (next_) {
        case role::username:
            config_.entries.back().username = std::move(text);
            return true;
        case role::password:
            config_.entries.back().password = std::move(text);
            return true;
        case role::email:
            config_.entries.back().email = std::move(text);
            return true;
        case role::auth:
            config_.entries.back().auth = std::move(text);
            return true;
        case role::token:
            config_.entries.back().has_token |= !text.empty();
            return true;
        case role::store:
            config_.has_credential_store |= !text.empty();
            return true;
        case role::header:
            return true;
        default:
            return misplaced();
    }
}

// null leaves a field as it was and empties a map, as in encoding/json.
bool docker_config_reader::null() {
    if (next_ == role::entries) config_.entries.clear();
    finished_ = open_.empty();
    return true;
}

bool docker_config_reader::start_object(std::size_t /*count*/) {
    switch (next_) {
        case role::document:
            return open(form_ == docker_config_form::cfg ? role::entries : role::document);
        case role::entries:
        case role::entry:
        case role::headers:
        case role::helpers:
            return open(next_);
        default:
            return misplaced() && open(role::ignored);
    }
}

bool docker_config_reader::start_array(std::size_t /*count*/) {
    return misplaced() && open(role::ignored);
}

bool docker_config_reader::boolean(bool /*value*/) {
    return misplaced();
}
bool docker_config_reader::number_integer(kube::json::number_integer_t /*value*/) {
    return misplaced();
}
bool docker_config_reader::number_unsigned(kube::json::number_unsigned_t /*value*/) {
    return misplaced();
}
bool docker_config_reader::number_float(kube::json::number_float_t /*value*/, const std::string& /*text*/) {
    return misplaced();
}
bool docker_config_reader::binary(kube::json::binary_t& /*value*/) {
    return misplaced();
}  // JSON text has none

bool docker_config_reader::end_object() {
    return close();
}
bool docker_config_reader::end_array() {
    return close();
}

bool docker_config_reader::open(role container) {
    if (open_.size() == max_docker_config_depth) {
        return fail(
            source_fault::too_deep,
            "the docker config is nested deeper than " + std::to_string(max_docker_config_depth) + " levels");
    }
    open_.push_back(container);
    next_ = role::ignored;  // for elements of an array; members of an object have their own
    return true;
}

bool docker_config_reader::close() {
    open_.pop_back();
    next_ = role::ignored;
    finished_ = open_.empty();
    return true;
}

// A value of another type than the kubelet's decoder wants here, if it wants one.
bool docker_config_reader::misplaced() {
    const auto of_entry = [this](std::string_view what) {
        config_.entries.back().wrong_type = what;
        return true;
    };
    switch (next_) {
        case role::document:
            return fail(source_fault::wrong_type, "the docker config is not a JSON object");
        case role::entries:
            return fail(source_fault::wrong_type, "`auths` is not an object");
        case role::headers:
            return fail(source_fault::wrong_type, "`HttpHeaders` is not an object");
        case role::header:
            return fail(source_fault::wrong_type, "a value of `HttpHeaders` is not a string");
        case role::entry:
            return of_entry("the entry is not an object");
        case role::username:
            return of_entry("`username` is not a string");
        case role::password:
            return of_entry("`password` is not a string");
        case role::email:
            return of_entry("`email` is not a string");
        case role::auth:
            return of_entry("`auth` is not a string");
        default:
            return true;
    }
}

bool docker_config_reader::fail(source_fault fault, std::string message) {
    error_.emplace(fault, std::move(message));
    return false;
}

bool docker_config_reader::parse_error(std::size_t position,
                                       const std::string& /*last_token*/,
                                       const kube::json::exception& /*why: it quotes the text*/) {
    const auto at = std::to_string(position);
    if (finished_)
        return fail(source_fault::not_json, "something follows the docker config's end, at byte " + at);
    if (position > size_)
        return fail(source_fault::not_json,
                    "the docker config ends too early, after " + std::to_string(size_) + " bytes");
    return fail(source_fault::not_json, "the docker config is not JSON at byte " + at);
}

}  // namespace dockerconfig
