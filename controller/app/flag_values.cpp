// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/flag_values.hpp"

#include "kube/api/names.hpp"
#include "util/ascii.hpp"

#include <fmt/format.h>

std::string check_secret_name(const std::string& name) {
    if (kube::is_dns1123_subdomain(name)) return {};
    return fmt::format("'{}' is not a valid Secret name: use lower-case letters, digits, '-' and '.'", name);
}

std::string check_account_name(const std::string& name) {
    if (name == every_account || kube::is_dns1123_subdomain(name)) return {};
    return fmt::format("'{}' is neither a valid ServiceAccount name nor '*'", name);
}

std::string check_lease_name(const std::string& name) {
    if (kube::is_dns1123_subdomain(name)) return {};
    return fmt::format("'{}' is not a valid Lease name: use lower-case letters, digits, '-' and '.'", name);
}

std::string check_namespace(const std::string& name) {
    if (kube::is_dns1123_label(name)) return {};
    return fmt::format("'{}' is not a valid namespace: use lower-case letters, digits and '-'", name);
}

std::string read_address(const std::string& text, std::string& host, std::uint16_t& port) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return "write an address and a port, such as 127.0.0.1:8080 or :8080";
    std::string_view name(text.data(), colon);
    if (name.size() >= 2 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
    const auto number = util::read_decimal<std::uint16_t>(std::string_view(text).substr(colon + 1));
    if (!number) return "the port must be a number from 0 to 65535";
    host = name.empty() ? "::" : std::string(name);
    port = *number;
    return {};
}

std::string read_seconds(const std::string& text, std::chrono::seconds& seconds) {
    const std::string_view digits(text.data(), text.size() - (text.ends_with('s') ? 1 : 0));
    const auto number = util::read_decimal<std::uint16_t>(digits);
    if (!number) return "write a number of seconds, such as 15s";
    seconds = std::chrono::seconds(*number);
    return {};
}
