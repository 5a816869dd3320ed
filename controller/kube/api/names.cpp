// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/names.hpp"

#include "util/ascii.hpp"

#include <algorithm>

namespace kube {

namespace {

constexpr std::size_t max_label_length = 63;
constexpr std::size_t max_subdomain_length = 253;

bool is_dns_label_of_any_length(std::string_view text) noexcept {
    return !text.empty() && util::is_lower_or_digit(text.front()) && util::is_lower_or_digit(text.back()) &&
           std::ranges::all_of(text, [](char c) { return util::is_lower_or_digit(c) || c == '-'; });
}

bool is_unqualified_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= max_label_length && util::is_alphanumeric(text.front()) &&
           util::is_alphanumeric(text.back()) && std::ranges::all_of(text, [](char c) {
               return util::is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
           });
}

}  // namespace

bool is_dns1123_label(std::string_view text) noexcept {
    return text.size() <= max_label_length && is_dns_label_of_any_length(text);
}

bool is_dns1123_subdomain(std::string_view text) noexcept {
    if (text.size() > max_subdomain_length) return false;
    for (;;) {
        const auto dot = text.find('.');
        if (!is_dns_label_of_any_length(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool is_qualified_name(std::string_view text) noexcept {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return is_unqualified_name(text);
    return is_dns1123_subdomain(text.substr(0, slash)) && is_unqualified_name(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) noexcept {
    return text.empty() || is_unqualified_name(text);
}

}  // namespace kube
