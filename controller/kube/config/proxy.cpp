// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/proxy.hpp"

#include "kube/config/connection_config.hpp"
#include "util/ascii.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace kube {

namespace {

namespace ip = boost::asio::ip;

constexpr std::uint16_t default_port = 80;

error invalid(std::string_view what) {
    return {error_kind::other, fmt::format("the URL of the proxy {}", what)};
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

/// Nothing for an invalid %XX.
std::optional<util::secret_bytes> percent_decoded(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            bytes += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = util::hexadecimal_value(text[i + 1]);
        const int low = util::hexadecimal_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return util::secret_bytes(std::move(bytes));
}

std::optional<ip::address> address_of(std::string_view text) {
    boost::system::error_code ec;
    const auto address = ip::make_address(text, ec);
    return ec ? std::nullopt : std::optional(address);
}

/// Whether a CIDR block holds the address; nothing: the text is no CIDR block.
std::optional<bool> block_holds(std::string_view text, const std::optional<ip::address>& address) {
    if (text.find('/') == std::string_view::npos) return std::nullopt;
    boost::system::error_code ec;
    const auto v4 = ip::make_network_v4(text, ec);
    if (!ec) {
        return address && address->is_v4() &&
               ip::network_v4(address->to_v4(), v4.prefix_length()).canonical() == v4.canonical();
    }
    const auto v6 = ip::make_network_v6(text, ec);
    if (ec) return std::nullopt;
    return address && address->is_v6() &&
           ip::network_v6(address->to_v6(), v6.prefix_length()).canonical() == v6.canonical();
}

bool entry_matches(std::string_view entry, const std::string& host, std::uint16_t port) {
    if (entry == "*") return true;
    const auto address = address_of(host);
    if (const auto held = block_holds(entry, address)) return *held;
    if (const auto same = address_of(entry)) return address == same;
    if (const auto authority = parse_authority(entry); authority && authority->has_port) {
        if (authority->server.port != port) return false;
        return entry_matches(authority->server.host, host, port);
    }
    auto name = util::lower(entry);
    if (name.starts_with("*.")) name.erase(0, 1);
    if (name.empty()) return false;
    if (name.front() == '.') return host.ends_with(name);
    return host == name || host.ends_with("." + name);
}

bool is_this_machine(const std::string& host) {
    const auto address = address_of(host);
    return util::lower(host) == "localhost" || (address && address->is_loopback());
}

}  // namespace

result<std::shared_ptr<const net::http_proxy>> parse_proxy(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (url.starts_with(scheme)) {
        url.remove_prefix(scheme.size());
    } else if (url.find("://") != std::string_view::npos) {
        return invalid(
            "must begin with http://; proxies that are reached with TLS or SOCKS are not supported");
    }
    if (url.ends_with('/')) url.remove_suffix(1);
    auto proxy = std::make_shared<net::http_proxy>();
    if (const auto at = url.rfind('@'); at != std::string_view::npos) {
        auto password = url.substr(0, at);
        const auto user = percent_decoded(util::take_until(password, ':'));
        const auto decoded = percent_decoded(password);
        if (!user || !decoded) return invalid("has a user or a password with an invalid % code");
        std::string login;
        util::append_wiping(login, user->reveal());
        util::append_wiping(login, ":");
        util::append_wiping(login, decoded->reveal());
        proxy->credentials = util::secret_bytes(std::move(login));
        url.remove_prefix(at + 1);
    }
    const auto authority = parse_authority(url);
    if (!authority) return invalid("must be http://HOST:PORT");
    proxy->server = authority->server;
    if (!authority->has_port) proxy->server.port = default_port;
    return std::shared_ptr<const net::http_proxy>(std::move(proxy));
}

bool is_excepted(std::string_view no_proxy, const net::endpoint& server) {
    const auto host = util::lower(server.host);
    while (!no_proxy.empty()) {
        const auto entry = trimmed(util::take_until(no_proxy, ','));
        if (!entry.empty() && entry_matches(entry, host, server.port)) return true;
    }
    return false;
}

result<std::shared_ptr<const net::http_proxy>> proxy_from_environment(const net::endpoint& server,
                                                                      const environment_reader& variable) {
    const auto first_of = [&variable](const char* upper, const char* small) -> std::string_view {
        for (const char* name : {upper, small}) {
            const char* value = variable(name);
            if (value != nullptr && *value != '\0') return value;
        }
        return {};
    };
    const auto url = first_of("HTTPS_PROXY", "https_proxy");
    if (url.empty() || is_this_machine(server.host) ||
        is_excepted(first_of("NO_PROXY", "no_proxy"), server)) {
        return std::shared_ptr<const net::http_proxy>();
    }
    auto proxy = parse_proxy(url);
    if (!proxy) return error(error_kind::other, "HTTPS_PROXY: " + proxy.error().message);
    return proxy;
}

}  // namespace kube
