// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/connection_config.hpp"

#include "kube/config/secret_file.hpp"
#include "util/ascii.hpp"

#include <algorithm>
#include <cstdlib>

namespace kube {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread calls setenv
    return value == nullptr ? std::string() : std::string(value);
}

error failed(std::string message) {
    return {error_kind::other, std::move(message)};
}

bool is_alphanumeric_or(char c, std::string_view others) {
    return util::is_alphanumeric(c) || others.find(c) != std::string_view::npos;
}

bool all_alphanumeric_or(std::string_view text, std::string_view others) {
    return std::ranges::all_of(text, [others](char c) { return is_alphanumeric_or(c, others); });
}

/// 1 to 65535.
std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto port = util::read_decimal<std::uint16_t>(text);
    return port == 0 ? std::nullopt : port;
}

}  // namespace

std::optional<url_authority> parse_authority(std::string_view text) {
    url_authority parsed;
    auto& server = parsed.server;
    const bool bracketed = text.starts_with('[');
    const auto host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (host_end == std::string_view::npos) return std::nullopt;
    const auto host = text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
    auto rest = text.substr(host_end + (bracketed ? 1 : 0));
    if (host.empty() || !all_alphanumeric_or(host, bracketed ? ":." : "-._")) return std::nullopt;
    server.host = host;
    if (rest.empty()) return parsed;
    if (!rest.starts_with(':')) return std::nullopt;
    const auto port = parse_port(rest.substr(1));
    if (!port) return std::nullopt;
    server.port = *port;
    parsed.has_port = true;
    return parsed;
}

result<connection_config> in_cluster_config(const std::string& folder) {
    connection_config config;
    config.server.host = environment("KUBERNETES_SERVICE_HOST");
    const auto port = parse_port(environment("KUBERNETES_SERVICE_PORT"));
    if (config.server.host.empty() || !port) {
        return failed(
            "not in a cluster (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set): name a "
            "kubeconfig with --kubeconfig");
    }
    config.server.port = *port;
    config.token_file = folder + "/token";
    config.ca_file = folder + "/ca.crt";
    // Only to report a missing file at the start.
    for (const auto& file : {config.token_file, config.ca_file}) {
        const auto text = read_file(file);
        if (!text)
            return failed(text.error().message + "; check that automountServiceAccountToken is not false");
        if (text->empty()) return failed(file + " is empty");
    }
    if (const auto name = read_file(folder + "/namespace")) config.namespace_name = name->reveal();
    return config;
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
    if (!server || !all_alphanumeric_or(path, "/-._~%!$&'()*+,;=:@")) return std::nullopt;
    return server_url{std::move(server->server), std::string(path)};
}

}  // namespace kube
