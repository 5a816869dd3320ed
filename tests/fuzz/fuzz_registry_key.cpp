// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/registry_filter.hpp"
#include "dockerconfig/registry_key.hpp"
#include "fuzzing.hpp"
#include "kubelet/names/registry_match.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

using dockerconfig::registry_key;

// Any text as a registry key, or two in a line each: a key that is taken means to the kubelet what is
// delivered.

namespace {

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

// Found in another way than the code under test: what stands between the scheme and the first slash.
std::string_view host_shown_by(std::string_view key) {
    if (const auto scheme = key.find("://"); scheme != std::string_view::npos) key.remove_prefix(scheme + 3);
    return key.substr(0, key.find('/'));
}

void check_taken(const registry_key& key, std::string_view written) {
    require(is_printable(key.written()) && key.written().find_first_of("@?#%\\ ") == std::string_view::npos,
            "a key that is delivered has nothing that the kubelet drops");
    require(kubelet::stored_key(key.written()) == key.stored(),
            "a key is delivered as the kubelet stores it");
    require(key.written() == written || kubelet::stored_key(key.stored()) == key.stored(),
            "a key is delivered as it was written, or as it is stored");
    const auto again = registry_key::parse(key.written());
    require(again.has_value() && *again == key, "what is delivered is read back");
}

void check(std::string_view text) {
    const auto key = registry_key::parse(text);
    if (key) {
        check_taken(*key, text);
    } else {
        require(!registry_key::parse_for_basic_auth(text).has_value() || text == "docker.io",
                "basic-auth takes only keys that match");
        require(!key.error().message.empty() && is_printable(key.error().message), "a refusal has a message");
    }
    require(!dockerconfig::is_safe_to_show(text) || is_printable(text), "what is named is printable");
    require(dockerconfig::registry_filter({"*"}).matches(text), "* takes every key");
}

void check_pair(std::string_view a, std::string_view b) {
    const auto first = registry_key::parse(a);
    const auto second = registry_key::parse(b);
    if (!first || !second) return;
    const auto claims = std::pair(first->claim(), second->claim());
    const auto first_host = host_shown_by(claims.first);
    const auto second_host = host_shown_by(claims.second);
    require(claims.first != claims.second || first_host == second_host, "two hosts are never one registry");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = text_of(data, size);
    check(input);
    const auto newline = std::min(input.find('\n'), input.size());
    const auto first = input.substr(0, newline);
    const auto second = input.substr(std::min(newline + 1, input.size()));
    check(first);
    check(second);
    check_pair(first, second);
    return 0;
}
