// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/condition.hpp"

#include "util/ascii.hpp"
#include "util/utf8.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kube {

namespace {

constexpr std::size_t max_type_bytes = 316;
constexpr std::size_t max_reason_bytes = 1'024;

bool is_word_character(char c) noexcept {
    return util::is_alphanumeric(c) || c == '_';
}

/// `^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$`, required.
bool is_reason(std::string_view text) noexcept {
    return !text.empty() && text.size() <= max_reason_bytes && util::is_letter(text.front()) &&
           is_word_character(text.back()) &&
           std::ranges::all_of(text, [](char c) { return is_word_character(c) || c == ',' || c == ':'; });
}

/// The schema also allows a domain in front of the type, which no condition here has.
bool is_type(std::string_view text) noexcept {
    return !text.empty() && text.size() <= max_type_bytes && util::is_letter(text.front()) &&
           std::ranges::all_of(text, is_word_character);
}

void check(const kube::condition& condition) {
    if (!is_type(condition.type)) throw std::logic_error("invalid condition type: " + condition.type);
    if (condition.status != "True" && condition.status != "False" && condition.status != "Unknown") {
        throw std::logic_error("invalid condition status: " + condition.status);
    }
    if (!is_reason(condition.reason)) throw std::logic_error("invalid condition reason: " + condition.reason);
    if (condition.observed_generation < 0)
        throw std::logic_error("condition with a negative observedGeneration");
}

bool precedes(const kube::condition& a, const kube::condition& b) {
    const bool a_is_ready = a.type == "Ready";
    const bool b_is_ready = b.type == "Ready";
    if (a_is_ready != b_is_ready) return a_is_ready;
    return a.type < b.type;
}

}  // namespace

bool set_condition(std::vector<kube::condition>& conditions,
                   kube::condition condition,
                   std::string_view now) {
    check(condition);
    condition.message.resize(util::utf8_prefix(condition.message, condition_message_limit).size());
    const auto found = std::ranges::find(conditions, condition.type, &kube::condition::type);
    if (found == conditions.end()) {
        condition.last_transition_time = now;
        conditions.push_back(std::move(condition));
    } else {
        condition.last_transition_time =
            found->status == condition.status ? found->last_transition_time : std::string(now);
        if (*found == condition) return false;
        *found = std::move(condition);
    }
    std::ranges::sort(conditions, precedes);
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
