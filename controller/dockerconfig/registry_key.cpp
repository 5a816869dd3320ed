// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/registry_key.hpp"

#include "dockerconfig/registry_host.hpp"
#include "util/ascii.hpp"
#include "util/glob.hpp"

#include <boost/throw_exception.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace dockerconfig {

namespace {

using refusal = std::optional<key_error>;

constexpr std::string_view docker_hub_host = "docker.io";
constexpr std::string_view docker_hub_index = "index.docker.io";

struct key_parts {
    std::string_view host;  // with the port
    std::string_view path;  // empty, or from its slash on
};

key_parts split(std::string_view schemeless) noexcept {
    const auto slash = std::min(schemeless.find('/'), schemeless.size());
    return {schemeless.substr(0, slash), schemeless.substr(slash)};
}

std::string_view without_version(std::string_view path) noexcept {
    if (path.starts_with("/v1/") || path.starts_with("/v2/")) path.remove_prefix(3);
    return path;
}

// Parts of a URL that the kubelet drops or misreads: it would store another key.
refusal check_outline(std::string_view schemeless) {
    const auto [host, path] = split(schemeless);
    if (schemeless.find("://") != std::string_view::npos) {
        return key_error{key_fault::scheme,
                         "only https:// or http:// may precede the host, in lower case and once"};
    }
    if (schemeless.find_first_of("?#") != std::string_view::npos) {
        return key_error{
            key_fault::query,
            "a registry key has no query and no fragment: remove the ? or # and all that follows"};
    }
    if (host.find('@') != std::string_view::npos) {
        return key_error{key_fault::user_info,
                         "a registry key has no user name and no password: write only the host, and put the "
                         "login into the entry"};
    }
    if (path.find_first_of("@:") != std::string_view::npos) {
        return key_error{key_fault::tag,
                         "a registry key has no tag and no digest: remove the : or @ and all that follows"};
    }
    return std::nullopt;
}

refusal check_characters(std::string_view key) {
    constexpr std::string_view punctuation = ".-_:/*[]";
    for (std::size_t i = 0; i < key.size(); ++i) {
        const char c = key[i];
        if (!util::is_alphanumeric(c) && punctuation.find(c) == std::string_view::npos) {
            return key_error{key_fault::bad_character,
                             "byte " + std::to_string(i + 1) +
                                 " of the key is not allowed: write host, host:port or host/path with " +
                                 "ASCII letters, digits and . - _ : / *"};
        }
    }
    return std::nullopt;
}

// The kubelet takes the path for a plain prefix of the repository's name.
refusal check_path(std::string_view whole_path) {
    const auto path = without_version(whole_path);
    if (path == "/v1" || path == "/v2") {
        return key_error{
            key_fault::version_without_slash,
            "the key ends in /v1 or /v2 without a slash, which the kubelet takes for the name of a "
            "repository: "
            "write /v1/ or /v2/ (for Docker Hub: https://index.docker.io/v1/), or only the host"};
    }
    if (without_version(path).size() != path.size()) {
        return key_error{key_fault::path, "only one /v1/ or /v2/ may follow the host"};
    }
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

// Well-formed keys that match no image of the registry that they seem to name.
refusal check_use(const registry_host& host, std::string_view path) {
    const auto hub = [](std::string_view reason) {
        return key_error{key_fault::never_matches,
                         std::string{reason} +
                             ": for Docker Hub write https://index.docker.io/v1/, for one " +
                             "of its organisations docker.io/<organisation>"};
    };
    if (!host.port.empty()) return std::nullopt;
    for (const std::string_view look_alike :
         {"registry-1.docker.io", "hub.docker.com", "*.docker.io", "registry.docker.io"}) {
        if (host.name == look_alike) return hub("no image name has this host");
    }
    if (host.name == docker_hub_index && !path.empty())
        return hub("the kubelet never matches index.docker.io with a path");
    if (host.is_ipv6) {
        return key_error{key_fault::never_matches,
                         "the kubelet takes the brackets of an IPv6 address without a port for a glob: write "
                         "[address]:port"};
    }
    if (host.name.find('.') == std::string_view::npos && host.name != "localhost") {
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

key_result<registry_key> registry_key::parse(std::string_view written) {
    if (written.size() > max_registry_key_bytes) {
        return key_error{
            key_fault::too_long,
            "a registry key has at most " + std::to_string(max_registry_key_bytes) + " characters"};
    }
    const auto schemeless = without_scheme(written);
    if (auto wrong = check_outline(schemeless)) return *std::move(wrong);
    if (auto wrong = check_characters(written)) return *std::move(wrong);
    const auto [host, path] = split(schemeless);
    const auto parsed_host = parse_registry_host(host);
    if (!parsed_host) return parsed_host.error();
    if (auto wrong = check_path(path)) return *std::move(wrong);
    auto stored = stored_form(host, path);
    if (auto wrong = check_use(*parsed_host, split(stored).path)) return *std::move(wrong);
    return registry_key{std::string{written}, std::move(stored)};
}

key_result<registry_key> registry_key::parse_for_basic_auth(std::string_view registry) {
    return parse(registry == docker_hub_host ? docker_hub_key : registry);
}

std::string_view registry_key::claim() const noexcept {
    return stored_ == docker_hub_host ? docker_hub_index : std::string_view{stored_};
}

bool same_registry(const registry_key& a, const registry_key& b) noexcept {
    return a.claim() == b.claim();
}

std::string_view without_scheme(std::string_view key) noexcept {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (key.starts_with(scheme)) return key.substr(scheme.size());
    }
    return key;
}

std::string stored_form(std::string_view host, std::string_view path) {
    path = without_version(path);
    std::string stored{host};
    if (path != "/") stored += path;
    return stored;
}

bool registry_filter_matches(const std::vector<std::string>& globs, std::string_view written) {
    if (globs.empty()) return true;
    // parse() refuses a longer key; its beginning is enough for the filter.
    written = written.substr(0, max_registry_key_bytes + 1);
    const auto [host, path] = split(without_scheme(written));
    const auto stored = stored_form(host, path);
    return std::ranges::any_of(globs, [&](const std::string& glob) {
        return util::glob_matches(glob, written) || util::glob_matches(glob, stored);
    });
}

bool is_safe_to_show(std::string_view written) noexcept {
    if (written.size() > max_registry_key_bytes) return false;
    const auto schemeless = without_scheme(written);
    const bool clean = std::ranges::all_of(schemeless, [](char c) {
        return util::is_alphanumeric(c) || std::string_view{".-_:/*"}.find(c) != std::string_view::npos;
    });
    if (!clean) return false;
    const auto host = split(schemeless).host;
    const auto name = host.substr(0, host.find(':'));
    const auto port = host.substr(name.size());
    const bool numeric_port =
        port.size() <= 6 && std::all_of(port.begin() + (port.empty() ? 0 : 1), port.end(), util::is_digit);
    return numeric_port && (name == "localhost" || name.find('.') != std::string_view::npos);
}

}  // namespace dockerconfig
