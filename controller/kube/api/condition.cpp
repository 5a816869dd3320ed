// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/condition.hpp"

#include "util/ascii.hpp"
#include "util/printable.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kube {

namespace {

constexpr std::size_t type_limit = 316;
constexpr std::size_t reason_limit = 1'024;

bool is_word(char c) noexcept {
    return util::is_alphanumeric(c) || c == '_';
}

/// `^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$`, required.
bool is_reason(std::string_view text) noexcept {
    return !text.empty() && text.size() <= reason_limit && util::is_letter(text.front()) &&
           is_word(text.back()) &&
           std::ranges::all_of(text, [](char c) { return is_word(c) || c == ',' || c == ':'; });
}

/// Of the types that the schema allows, those without a domain.
bool is_type(std::string_view text) noexcept {
    return !text.empty() && text.size() <= type_limit && util::is_letter(text.front()) &&
           std::ranges::all_of(text, is_word);
}

void check(const kube::condition& wanted) {
    if (!is_type(wanted.type)) throw std::logic_error("not a condition's type: " + wanted.type);
    if (wanted.status != "True" && wanted.status != "False" && wanted.status != "Unknown") {
        throw std::logic_error("not a condition's status: " + wanted.status);
    }
    if (!is_reason(wanted.reason)) throw std::logic_error("not a condition's reason: " + wanted.reason);
    if (wanted.observed_generation < 0) throw std::logic_error("a negative observedGeneration");
}

bool goes_before(const kube::condition& a, const kube::condition& b) {
    const bool a_is_ready = a.type == "Ready";
    const bool b_is_ready = b.type == "Ready";
    if (a_is_ready != b_is_ready) return a_is_ready;
    return a.type < b.type;
}

}  // namespace

bool set_condition(std::vector<kube::condition>& conditions, kube::condition wanted, std::string_view now) {
    check(wanted);
    wanted.message.resize(util::utf8_prefix(wanted.message, condition_message_limit).size());
    const auto found = std::ranges::find(conditions, wanted.type, &kube::condition::type);
    if (found == conditions.end()) {
        wanted.last_transition_time = now;
        conditions.push_back(std::move(wanted));
    } else {
        wanted.last_transition_time =
            found->status == wanted.status ? found->last_transition_time : std::string(now);
        if (*found == wanted) return false;
        *found = std::move(wanted);
    }
    std::ranges::sort(conditions, goes_before);
    return true;
}

bool remove_condition(std::vector<kube::condition>& conditions, std::string_view type) {
    return std::erase_if(conditions, [type](const kube::condition& each) { return each.type == type; }) > 0;
}

const kube::condition* find_condition(const std::vector<kube::condition>& conditions,
                                      std::string_view type) noexcept {
    const auto found = std::ranges::find(conditions, type, &kube::condition::type);
    return found == conditions.end() ? nullptr : &*found;
}

}  // namespace kube
