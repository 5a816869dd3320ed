// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/server_url.hpp"

#include "util/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace kube {

namespace {

bool is_one_of(char c, std::string_view more) {
    return util::is_alphanumeric(c) || more.find(c) != std::string_view::npos;
}

bool consists_of(std::string_view text, std::string_view more) {
    return std::ranges::all_of(text, [more](char c) { return is_one_of(c, more); });
}

/// host, host:port, [v6] or [v6]:port.
std::optional<net::endpoint> parse_authority(std::string_view text) {
    net::endpoint server;
    const bool bracketed = text.starts_with('[');
    const auto host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (host_end == std::string_view::npos) return std::nullopt;
    const auto host = text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
    auto rest = text.substr(host_end + (bracketed ? 1 : 0));
    if (host.empty() || !consists_of(host, bracketed ? ":." : "-._")) return std::nullopt;
    server.host = host;
    if (rest.empty()) return server;
    if (!rest.starts_with(':')) return std::nullopt;
    const auto port = parse_port(rest.substr(1));
    if (!port) return std::nullopt;
    server.port = *port;
    return server;
}

}  // namespace

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (ec != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

std::optional<server_url> parse_server_url(std::string_view text) {
    constexpr std::string_view scheme = "https://";
    if (!text.starts_with(scheme)) return std::nullopt;
    text.remove_prefix(scheme.size());
    const auto slash = std::min(text.find('/'), text.size());
    auto server = parse_authority(text.substr(0, slash));
    auto path = text.substr(slash);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    if (!server || !consists_of(path, "/-._~%!$&'()*+,;=:@")) return std::nullopt;
    return server_url{*std::move(server), std::string(path)};
}

}  // namespace kube
