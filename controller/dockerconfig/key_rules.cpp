// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/key_rules.hpp"

#include "kubelet/names/image_reference.hpp"
#include "kubelet/names/registry_match.hpp"
#include "util/ascii.hpp"

#include <boost/throw_exception.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace dockerconfig {

namespace {

using refusal = std::optional<key_error>;

constexpr auto npos = std::string_view::npos;

struct key_parts {
    std::string_view host;  // with the port
    std::string_view path;  // empty, or from its slash on
};

key_parts split(std::string_view schemeless) noexcept {
    const auto slash = std::min(schemeless.find('/'), schemeless.size());
    return {schemeless.substr(0, slash), schemeless.substr(slash)};
}

// Parts of a URL that the kubelet drops or misreads: it stores another key.
refusal check_outline(std::string_view schemeless) {
    const auto [host, path] = split(schemeless);
    if (schemeless.find("://") != npos) {
        return key_error{key_fault::scheme,
                         "only https:// or http:// may precede the host, in lower case and once"};
    }
    if (schemeless.find_first_of("?#") != npos) {
        return key_error{
            key_fault::query,
            "a registry key has no query and no fragment: remove the ? or # and all that follows"};
    }
    if (host.find('@') != npos) {
        return key_error{key_fault::user_info,
                         "a registry key has no username and no password: write only the host, and put the "
                         "login into the entry"};
    }
    if (path.find_first_of("@:") != npos) {
        return key_error{key_fault::tag,
                         "a registry key has no tag and no digest: remove the : or @ and all that follows"};
    }
    return std::nullopt;
}

refusal check_characters(std::string_view key) {
    constexpr std::string_view punctuation = ".-_:/*[]";
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (!util::is_alphanumeric(key[i]) && punctuation.find(key[i]) == npos) {
            return key_error{key_fault::bad_character,
                             "byte " + std::to_string(i + 1) +
                                 " of the key is not allowed: write host, host:port or host/path with " +
                                 "ASCII letters, digits and . - _ : / *"};
        }
    }
    return std::nullopt;
}

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
    if (text.find('.') != npos) return false;  // no image name has an embedded IPv4 address
    in6_addr address{};
    return inet_pton(AF_INET6, std::string{text.substr(1, text.size() - 2)}.c_str(), &address) == 1;
}

struct host_parts {
    std::string_view name;  // an IPv6 address in its brackets
    std::string_view port;  // from its colon on; empty: none
};

host_parts split_port(std::string_view host) noexcept {
    const auto end = host.starts_with('[') ? std::min(host.find(']'), host.size() - 1) + 1
                                           : std::min(host.find(':'), host.size());
    return {host.substr(0, end), host.substr(end)};
}

/// An IPv6 address, perhaps with a port, without the brackets that separate the two.
bool is_bare_ipv6(std::string_view host) noexcept {
    return std::ranges::count(host, ':') >= 2 &&
           std::ranges::all_of(host, [](char c) { return util::is_lower_hexadecimal(c) || c == ':'; });
}

refusal check_host(std::string_view host) {
    if (host.empty())
        return key_error{key_fault::empty, "the key has no host: write host, host:port or host/path"};
    if (std::ranges::any_of(host, util::is_upper)) {
        return key_error{key_fault::upper_case,
                         "the kubelet compares hosts byte by byte: write the host in lower case"};
    }
    if (is_bare_ipv6(host)) {
        return key_error{key_fault::host, "an IPv6 address needs brackets and a port: write [address]:port"};
    }
    const auto [name, port] = split_port(host);
    if (name.starts_with('[') ? !is_bracketed_ipv6(name) : !is_dns_name(name)) {
        return key_error{key_fault::host,
                         "the host is not valid: write labels of lower-case letters, digits and - with dots "
                         "between them (* matches within one label), or [IPv6 address]:port"};
    }
    if (!port.empty() && (port.front() != ':' || port.size() == 1 || !is_port(port.substr(1)))) {
        return key_error{
            key_fault::port,
            "the port is not valid: write a number from 1 to 65535 without leading zeros, or no port"};
    }
    return std::nullopt;
}

// The kubelet takes the path for a plain prefix of the repository's name.
refusal check_path(std::string_view whole_path) {
    const auto path = kubelet::without_version(whole_path);
    if (path == "/v1" || path == "/v2") {
        return key_error{
            key_fault::version_without_slash,
            "the key ends in /v1 or /v2 without a slash, which the kubelet takes for the name of a "
            "repository: "
            "write /v1/ or /v2/ (for Docker Hub: https://index.docker.io/v1/), or only the host"};
    }
    if (kubelet::without_version(path).size() != path.size())
        return key_error{key_fault::path, "only one /v1/ or /v2/ may follow the host"};
    if (std::ranges::any_of(path, util::is_upper)) {
        return key_error{key_fault::upper_case,
                         "repository names are lower-case: write the path in lower case"};
    }
    char before = 0;
    for (const char c : path) {
        const bool starts_segment = before == '/';
        if (c == '*' || c == '[' || c == ']' || (starts_segment && !util::is_lower_or_digit(c))) {
            return key_error{
                key_fault::path,
                "the kubelet compares the path with the beginning of the repository's name, byte by "
                "byte: write it without * and empty parts; each part begins with a letter or digit"};
        }
        before = c;
    }
    return std::nullopt;
}

key_error for_docker_hub(std::string_view reason) {
    return {key_fault::never_matches,
            std::string{reason} + ": for Docker Hub write https://index.docker.io/v1/, for one of its " +
                "organisations docker.io/<organisation>"};
}

// Well-formed keys that match no image of the registry that they seem to name.
refusal check_use(std::string_view host, std::string_view path) {
    const auto [name, port] = split_port(host);
    const auto repository = kubelet::without_version(path);
    const bool has_repository = repository.size() > 1;
    if (name == "hub.docker.com") return for_docker_hub("hub.docker.com is a web site and no registry");
    if (has_repository && repository.size() != path.size() && host != docker_hub_index) {
        return key_error{key_fault::version,
                         "the kubelet drops /v1 or /v2 from the key and compares the rest with the beginning "
                         "of the repository's name: write it without /v1 or /v2"};
    }
    if (!port.empty()) return std::nullopt;
    if (name == "*.docker.io") return for_docker_hub("it matches no image of Docker Hub");
    if (name == docker_hub_index && has_repository)
        return for_docker_hub("the kubelet never matches index.docker.io with a path");
    if (name.starts_with('[')) {
        return key_error{key_fault::never_matches,
                         "the kubelet takes the brackets of an IPv6 address without a port for a glob: write "
                         "[address]:port"};
    }
    if (name.find('.') == npos && name != "localhost") {
        return key_error{
            key_fault::never_matches,
            "in an image name, a first part without a dot or port is an organisation on Docker Hub: "
            "write the full host name, host:port, or docker.io/<organisation>"};
    }
    return std::nullopt;
}

}  // namespace

void throw_exception_from_error(const key_error& error, const boost::source_location& location) {
    boost::throw_exception(std::logic_error("unchecked registry key: " + error.message), location);
}

std::optional<key_error> find_key_fault(std::string_view written) {
    if (written.size() > max_registry_key_bytes) {
        return key_error{
            key_fault::too_long,
            "a registry key has at most " + std::to_string(max_registry_key_bytes) + " characters"};
    }
    const auto schemeless = kubelet::without_scheme(written);
    if (auto wrong = check_outline(schemeless)) return wrong;
    if (auto wrong = check_characters(written)) return wrong;
    const auto [host, path] = split(schemeless);
    if (auto wrong = check_host(host)) return wrong;
    if (auto wrong = check_path(path)) return wrong;
    return check_use(host, path);
}

std::optional<key_error> find_registry_fault(std::string_view registry) {
    if (registry == docker_hub_key) return std::nullopt;
    if (auto wrong = find_key_fault(registry)) return wrong;
    const auto [host, path] = split(registry);
    if (kubelet::without_scheme(registry).size() != registry.size()) {
        return key_error{key_fault::scheme,
                         "write it without https:// and /v2/, as an image's name begins; for Docker Hub "
                         "docker.io"};
    }
    if (host.find_first_of("*_") != npos) {
        return key_error{key_fault::host,
                         "write one host with letters, digits, - and dots, or [IPv6 address]:port, as an "
                         "image's name begins"};
    }
    if (kubelet::without_version(path).size() != path.size())
        return key_error{key_fault::version, "write it without /v1/ or /v2/, as an image's name begins"};
    if (path == "/") return key_error{key_fault::path, "remove the slash at the end"};
    const auto name = registry.ends_with('/') ? registry.substr(0, registry.size() - 1) : registry;
    if (!path.empty() && !kubelet::repository_of(name))
        return key_error{key_fault::path, "the path is not the beginning of a repository's name"};
    return std::nullopt;
}

}  // namespace dockerconfig
