// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/registry_host.hpp"

#include "util/ascii.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace dockerconfig {

namespace {

bool is_port(std::string_view text) noexcept {
    unsigned value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    return fault == std::errc{} && end == text.data() + text.size() && text.front() != '0' && value <= 65535;
}

bool is_label(std::string_view label) noexcept {
    const auto inner = [](char c) { return util::is_lower_or_digit(c) || c == '-' || c == '_' || c == '*'; };
    const auto outer = [](char c) { return util::is_lower_or_digit(c) || c == '*'; };
    return !label.empty() && std::ranges::all_of(label, inner) && outer(label.front()) && outer(label.back());
}

bool is_dns_name(std::string_view name) noexcept {
    while (true) {
        const auto dot = std::min(name.find('.'), name.size());
        if (!is_label(name.substr(0, dot))) return false;
        if (dot == name.size()) return true;
        name.remove_prefix(dot + 1);
    }
}

bool is_bracketed_ipv6(std::string_view text) {
    if (text.size() < 2 || text.back() != ']') return false;
    if (text.find('.') != std::string_view::npos) return false;  // no image name has an embedded IPv4 address
    in6_addr address{};
    return inet_pton(AF_INET6, std::string{text.substr(1, text.size() - 2)}.c_str(), &address) == 1;
}

}  // namespace

key_result<registry_host> parse_registry_host(std::string_view host) {
    if (host.empty())
        return key_error{key_fault::empty, "the key has no host: write host, host:port or host/path"};
    if (std::ranges::any_of(host, util::is_upper)) {
        return key_error{key_fault::upper_case,
                         "the kubelet compares hosts byte by byte: write the host in lower case"};
    }
    const bool bracketed = host.front() == '[';
    const auto name_end =
        bracketed ? std::min(host.find(']'), host.size() - 1) + 1 : std::min(host.find(':'), host.size());
    registry_host parsed{host.substr(0, name_end), host.substr(name_end), bracketed};
    if (bracketed ? !is_bracketed_ipv6(parsed.name) : !is_dns_name(parsed.name)) {
        return key_error{key_fault::host,
                         "the host is not valid: write labels of lower-case letters, digits and - with dots "
                         "between them (* matches within one label), or [IPv6 address]:port"};
    }
    if (parsed.port.empty()) return parsed;
    if (parsed.port.front() != ':' || parsed.port.size() == 1 || !is_port(parsed.port.substr(1))) {
        return key_error{
            key_fault::port,
            "the port is not valid: write a number from 1 to 65535 without leading zeros, or no port"};
    }
    parsed.port.remove_prefix(1);
    return parsed;
}

}  // namespace dockerconfig
