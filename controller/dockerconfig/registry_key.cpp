// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/registry_key.hpp"

#include "kubelet/names/go_url.hpp"
#include "kubelet/names/registry_match.hpp"
#include "util/ascii.hpp"

#include <algorithm>

namespace dockerconfig {

namespace {

constexpr std::string_view docker_hub_host = "docker.io";
constexpr std::size_t max_shown_bytes = 253;

bool has_only(std::string_view text, std::string_view punctuation) noexcept {
    return std::ranges::all_of(text, [&](char c) {
        return util::is_alphanumeric(c) || punctuation.find(c) != std::string_view::npos;
    });
}

/// Whether a key means to the kubelet what it shows: nothing in it is dropped or decoded.
bool is_plain(std::string_view written) noexcept {
    return has_only(kubelet::without_scheme(written), ".-_:/*[]");
}

/// A name with a dot, localhost, or an IPv6 address in brackets.
bool looks_like_host(std::string_view name) noexcept {
    if (name.starts_with('[') && name.ends_with(']')) {
        const auto address = name.substr(1, name.size() - 2);
        return std::ranges::count(address, ':') >= 2 &&
               std::ranges::all_of(address, [](char c) { return util::is_hexadecimal(c) || c == ':'; });
    }
    return has_only(name, ".-_*") && (name == "localhost" || name.find('.') != std::string_view::npos);
}

}  // namespace

key_result<registry_key> registry_key::parse(std::string_view written) {
    auto stored = kubelet::stored_key(written);
    if (!stored || !kubelet::example_repository(*stored)) {
        const auto fault = find_key_fault(written);
        return key_error{key_fault::never_matches,
                         fault ? fault->message : "no image can have a name that begins with it"};
    }
    std::string delivered(written);
    if (!is_plain(written)) {
        // The kubelet decodes a stored key once more when it compares it.
        const auto url = kubelet::parse_schemeless_url(*stored);
        delivered = url->host + url->path;
        if (!is_plain(delivered) || kubelet::stored_key(delivered) != delivered) {
            return key_error{key_fault::ambiguous,
                             "the kubelet reads this key differently from how it looks: write only "
                             "host, host:port or host/path"};
        }
        stored = delivered;
    }
    if (delivered.size() > max_registry_key_bytes) {
        return key_error{
            key_fault::too_long,
            "a registry key has at most " + std::to_string(max_registry_key_bytes) + " characters"};
    }
    return registry_key{std::move(delivered), *std::move(stored)};
}

key_result<registry_key> registry_key::parse_for_basic_auth(std::string_view registry) {
    if (registry == docker_hub_host) registry = docker_hub_key;
    if (auto fault = find_registry_fault(registry)) return *std::move(fault);
    return parse(registry);
}

std::string registry_key::claim() const {
    return claim_of(stored_);
}

std::string claim_of(std::string stored) {
    const auto slash = std::min(stored.find('/'), stored.size());
    if (slash > 0 && stored[slash - 1] == ':') stored.erase(slash - 1, 1);
    return stored == docker_hub_host ? std::string(docker_hub_index) : stored;
}

bool is_safe_to_show(std::string_view written) noexcept {
    if (written.size() > max_shown_bytes) return false;
    const auto schemeless = kubelet::without_scheme(written);
    const auto host = schemeless.substr(0, schemeless.find('/'));
    const auto end = host.starts_with('[') ? host.find(']') : host.find(':') - 1;
    const auto name = host.substr(0, end + 1);
    const auto port = host.substr(name.size());
    if (!has_only(schemeless.substr(name.size()), ".-_:/*") || !looks_like_host(name)) return false;
    return port.empty() || (port.size() <= 6 && port.front() == ':' &&
                            std::all_of(port.begin() + 1, port.end(), util::is_digit));
}

}  // namespace dockerconfig
