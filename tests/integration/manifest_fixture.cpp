// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "manifest_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace harness {

namespace {

/// The fields that the API server finds fault with.
std::size_t count_complaints(const api_answer& answer) {
    const auto causes = answer.body.value("details", json::object()).value("causes", json::array());
    return static_cast<std::size_t>(std::ranges::count_if(
        causes, [](const json& cause) { return cause.value("field", "").starts_with("spec"); }));
}

/// What differs from the refusal that is expected; empty: nothing.
std::string difference(const refusal& expected, const api_answer& answer) {
    const auto message = answer.message();
    if (answer.status != 400 && answer.status != 422)
        return fmt::format("not refused: {} {}", answer.status, message);
    if (count_complaints(answer) > 1) return "more than one complaint: " + message;
    for (const auto& part : expected.messages) {
        if (message.find(part) == std::string::npos)
            return fmt::format("wanted: {}\nfound: {}", part, message);
    }
    return {};
}

}  // namespace

void manifest_fixture::check_refused(const std::vector<refusal>& table) {
    const auto before = api().list(credentials).size();
    for (const auto& row : table) {
        const auto object = object_with(row.field, row.value);
        auto found = difference(row, apply(object));
        while (!found.empty() && std::chrono::steady_clock::now() < crd_in_effect_) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            found = difference(row, apply(object));
        }
        CHECK_MESSAGE(found.empty(), row.field << " = " << row.value.dump() << ": " << found);
    }
    CHECK(api().list(credentials).size() == before);
}

void manifest_fixture::check_accepted(const std::vector<acceptance>& table) {
    for (const auto& row : table) {
        const auto answer = apply(object_with(row.field, row.value));
        INFO(row.field << " = " << row.value.dump() << ": " << answer.message());
        CHECK(answer.status == 201);
        if (answer.ok()) CHECK(answer.body[json::json_pointer(row.field)] == row.value);
    }
}

std::vector<std::string> too_long(const std::string& field, int limit) {
    return {field + ": Too long: may not be ", fmt::format(" than {}", limit)};
}

std::string letters(std::size_t count) {
    return std::string(count, 'a');
}

json numbered(const std::string& prefix, int count, const std::string& suffix) {
    auto list = json::array();
    for (int i = 0; i < count; ++i)
        list.push_back(fmt::format("{}{}{}", prefix, i, suffix));
    return list;
}

json numbered_keys(int count, const std::string& value) {
    json map;
    for (const auto& key : numbered("k", count))
        map[key.get<std::string>()] = value;
    return map;
}

json numbered_sources(int count) {
    auto list = json::array();
    for (const auto& name : numbered("login-", count))
        list.push_back({{"secretRef", {{"name", name}}}});
    return list;
}

api_answer manifest_fixture::apply(json object) {
    const auto name = named(fmt::format("manifest{}", ++count_));
    object["metadata"]["name"] = name;
    auto answer = api().send({.method = "POST",
                              .path = std::string(credentials) + "?fieldValidation=Strict",
                              .body = std::move(object),
                              .as = {}});
    if (answer.ok()) delete_at_end(credential_path(name));
    return answer;
}

json manifest_fixture::valid_object() {
    return credential_object("", spec_of({"hub-login"}, {"*"}));
}

json manifest_fixture::object_with(const std::string& field, const json& value) {
    auto object = valid_object();
    const json::json_pointer pointer(field);
    if (value.is_null()) {
        object[pointer.parent_pointer()].erase(pointer.back());
    } else {
        object[pointer] = value;
    }
    return object;
}

}  // namespace harness
