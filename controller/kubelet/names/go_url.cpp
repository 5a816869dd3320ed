// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/names/go_url.hpp"

#include "util/ascii.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace kubelet {

namespace {

constexpr auto npos = std::string_view::npos;

bool is_host_character(char c) noexcept {
    constexpr std::string_view punctuation = "!\"$&'()*+,-.:;<=>[]_~";
    return static_cast<unsigned char>(c) >= 0x80 || util::is_alphanumeric(c) || punctuation.find(c) != npos;
}

bool is_login_character(char c) noexcept {
    constexpr std::string_view punctuation = "-._:~!$&'()*+,;=%@";
    return util::is_alphanumeric(c) || punctuation.find(c) != npos;
}

/// Decodes percent-encoding. Nothing when two hexadecimal digits do not follow a percent sign.
std::optional<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const int high = util::hexadecimal_value(text[i + 1]);
        const int low = util::hexadecimal_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        plain += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return plain;
}

/// In a host Go allows only bytes that are not ASCII, and the percent sign itself, to be encoded.
std::optional<std::string> unescaped_host(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const auto code = text.substr(i, 3);
            if (code.size() == 3 && util::hexadecimal_value(code[1]) < 8 && code != "%25")
                return std::nullopt;
            i += 2;
        } else if (!is_host_character(text[i])) {
            return std::nullopt;
        }
    }
    return unescaped(text);
}

bool is_optional_port(std::string_view text) noexcept {
    return text.empty() || (text.front() == ':' && std::all_of(text.begin() + 1, text.end(), util::is_digit));
}

/// Refuses a zone ("%25eth0"), which Go accepts: no image name has one, so nothing matches either way.
bool is_ipv6(std::string_view text) {
    in6_addr address{};
    return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

std::optional<std::string> parse_host(std::string_view host) {
    const auto bracket = host.rfind('[');
    if (bracket != npos) {
        const auto end = host.rfind(']');
        if (bracket != 0 || end == npos || !is_optional_port(host.substr(end + 1)) ||
            !is_ipv6(host.substr(1, end - 1)))
            return std::nullopt;
        return std::string(host);
    }
    const auto colon = host.find(':');
    if (colon != npos && !is_optional_port(host.substr(colon))) return std::nullopt;
    return unescaped_host(host);
}

std::optional<std::string> parse_authority(std::string_view authority) {
    const auto separator = authority.rfind('@');
    if (separator == npos) return parse_host(authority);
    const auto login = authority.substr(0, separator);
    if (!std::ranges::all_of(login, is_login_character) || !unescaped(login)) return std::nullopt;
    return parse_host(authority.substr(separator + 1));
}

}  // namespace

std::optional<url_parts> parse_schemeless_url(std::string_view text) {
    const auto hash = std::min(text.find('#'), text.size());
    if (!unescaped(text.substr(hash))) return std::nullopt;
    text = text.substr(0, hash);
    const bool has_control =
        std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (has_control) return std::nullopt;
    text = text.substr(0, text.find('?'));
    const auto slash = std::min(text.find('/'), text.size());
    auto host = parse_authority(text.substr(0, slash));
    if (!host) return std::nullopt;
    auto path = unescaped(text.substr(slash));
    if (!path) return std::nullopt;
    return url_parts{*std::move(host), *std::move(path)};
}

host_and_port split_host_port(std::string_view text) noexcept {
    const host_and_port whole{text, {}};
    const auto colon = text.rfind(':');
    if (colon == npos) return whole;
    const auto port = text.substr(colon + 1);
    if (text.front() == '[') {
        const auto end = text.find(']');
        if (end == npos || end + 1 != colon) return whole;
        const auto host = text.substr(1, end - 1);
        return host.find('[') == npos ? host_and_port{host, port} : whole;
    }
    const auto host = text.substr(0, colon);
    return host.find_first_of(":[]") == npos ? host_and_port{host, port} : whole;
}

}  // namespace kubelet
