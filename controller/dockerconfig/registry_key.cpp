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

// The kubelet knows these two spellings, in lower case, and puts https:// before all else.
std::string_view without_scheme(std::string_view key) noexcept {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (key.starts_with(scheme)) return key.substr(scheme.size());
    }
    return key;
}

key_parts split(std::string_view schemeless) noexcept {
    const auto slash = std::min(schemeless.find('/'), schemeless.size());
    return {schemeless.substr(0, slash), schemeless.substr(slash)};
}

std::string_view without_version(std::string_view path) noexcept {
    if (path.starts_with("/v1/") || path.starts_with("/v2/")) path.remove_prefix(3);
    return path;
}

// Parts that url.Parse takes off and the kubelet then drops, or that it takes for something else: the key
// would be read as another one.
refusal check_outline(std::string_view schemeless) {
    const auto [host, path] = split(schemeless);
    if (schemeless.find("://") != std::string_view::npos) {
        return key_error{key_fault::scheme,
                         "only https:// and http:// may stand before the host, in lower case and once"};
    }
    if (schemeless.find_first_of("?#") != std::string_view::npos) {
        return key_error{key_fault::query,
                         "a registry key has no query and no fragment: leave out ? or # and all after it"};
    }
    if (host.find('@') != std::string_view::npos) {
        return key_error{key_fault::user_info,
                         "a registry key holds no user name and no password: write the host alone, and the "
                         "login in the entry"};
    }
    if (path.find_first_of("@:") != std::string_view::npos) {
        return key_error{key_fault::tag,
                         "a registry key holds no tag and no digest: end it before the : or @"};
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
                                 " of the key is a character that none has; write host, " +
                                 "host:port or host/path in plain letters, digits and . - _ : / *"};
        }
    }
    return std::nullopt;
}

// The rest of a repository name, or the beginning of it: the kubelet compares the path as a plain prefix.
refusal check_path(std::string_view whole_path) {
    const auto path = without_version(whole_path);
    if (path == "/v1" || path == "/v2") {
        return key_error{
            key_fault::version_without_slash,
            "ends in /v1 or /v2 without a slash, which the kubelet takes for the name of a repository: write "
            "/v1/ or /v2/ (for Docker Hub: https://index.docker.io/v1/), or the host alone"};
    }
    if (without_version(path).size() != path.size()) {
        return key_error{key_fault::path, "only one /v1/ or /v2/ may follow the host"};
    }
    if (std::ranges::any_of(path, util::is_upper)) {
        return key_error{key_fault::upper_case,
                         "names of repositories are lower-case: write the path in lower case"};
    }
    char before = 0;
    for (const char c : path) {
        const bool starts_segment = before == '/';
        if (c == '*' || c == '[' || c == ']' || (starts_segment && !util::is_lower_or_digit(c))) {
            return key_error{key_fault::path,
                             "the path is compared with the beginning of the repository's name, letter by "
                             "letter: no *, no empty part, each part begins with a letter or digit"};
        }
        before = c;
    }
    return std::nullopt;
}

// Well-formed keys that the kubelet never finds equal to an image of the registry that they seem to name.
refusal check_use(const registry_host& host, std::string_view path) {
    const auto hub = [](std::string_view what) {
        return key_error{key_fault::never_matches,
                         std::string{what} + ": for Docker Hub write https://index.docker.io/v1/, for one " +
                             "organisation of it docker.io/<organisation>"};
    };
    if (!host.port.empty()) return std::nullopt;
    for (const std::string_view look_alike :
         {"registry-1.docker.io", "hub.docker.com", "*.docker.io", "registry.docker.io"}) {
        if (host.name == look_alike) return hub("no image name has this host");
    }
    if (host.name == docker_hub_index && !path.empty())
        return hub("the kubelet ignores index.docker.io with a path");
    if (host.is_ipv6) {
        return key_error{key_fault::never_matches,
                         "the kubelet takes the brackets of an IPv6 address without a port for a glob: write "
                         "[address]:port"};
    }
    if (host.name.find('.') == std::string_view::npos && host.name != "localhost") {
        return key_error{key_fault::never_matches,
                         "in an image name, a first part with neither a dot nor a port is an organisation on "
                         "Docker Hub: write the full host name, host:port, or docker.io/<organisation>"};
    }
    return std::nullopt;
}

}  // namespace

void throw_exception_from_error(const key_error& e, const boost::source_location& where) {
    boost::throw_exception(std::logic_error("unchecked registry key: " + e.message), where);
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
    auto normalised = normalise_like_kubelet(written);
    if (auto wrong = check_use(*parsed_host, split(normalised).path)) return *std::move(wrong);
    return registry_key{std::string{written}, std::move(normalised)};
}

key_result<registry_key> registry_key::parse_for_basic_auth(std::string_view registry) {
    return parse(registry == docker_hub_host ? docker_hub_key : registry);
}

std::string_view registry_key::claim() const noexcept {
    return normalised_ == docker_hub_host ? docker_hub_index : std::string_view{normalised_};
}

bool same_registry(const registry_key& a, const registry_key& b) noexcept {
    return a.claim() == b.claim();
}

std::string normalise_like_kubelet(std::string_view written) {
    const auto [host, whole_path] = split(without_scheme(written));
    const auto path = without_version(whole_path);
    std::string normalised{host};
    if (path != "/") normalised += path;
    return normalised;
}

bool registry_filter_matches(const std::vector<std::string>& globs, std::string_view written) {
    if (globs.empty()) return true;
    // A longer one is refused in the end; its beginning is enough to tell whether it was meant.
    written = written.substr(0, max_registry_key_bytes + 1);
    const auto normalised = normalise_like_kubelet(written);
    return std::ranges::any_of(globs, [&](const std::string& glob) {
        return util::glob_matches(glob, written) || util::glob_matches(glob, normalised);
    });
}

bool is_fit_to_name(std::string_view written) noexcept {
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
