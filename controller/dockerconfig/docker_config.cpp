// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config.hpp"

#include "dockerconfig/docker_config_reader.hpp"
#include "util/utf8.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace dockerconfig {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Faults that are worth a message of their own, and bytes that are not UTF-8, which the kubelet would
/// replace.
std::optional<source_error> check_text(std::string_view text) {
    if (text.size() > max_docker_config_bytes) {
        return source_error{
            source_fault::too_large,
            "the docker config has more than " + std::to_string(max_docker_config_bytes) + " bytes"};
    }
    if (text.starts_with(byte_order_mark)) {
        return source_error{source_fault::not_json,
                            "the docker config begins with a byte order mark: save it without one"};
    }
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
        return source_error{source_fault::not_json,
                            "the docker config has a NUL byte at byte " + std::to_string(nul + 1)};
    }
    if (const auto offset = util::find_invalid_utf8(text)) {
        return source_error{source_fault::not_json,
                            "the docker config is not UTF-8 at byte " + std::to_string(*offset + 1)};
    }
    return std::nullopt;
}

source_error no_credential(bool has_token, bool has_credential_store) {
    if (has_token) {
        return {source_fault::token_only,
                "only an identity or registry token, which the kubelet ignores: write the username and "
                "password of a user or robot account"};
    }
    if (has_credential_store) {
        return {source_fault::empty_entry,
                "no credential; the password is in the credential store (credsStore, credHelpers) of the "
                "machine where `docker login` ran: create the Secret with `kubectl create secret "
                "docker-registry`, or log in again without a credential store"};
    }
    return {source_fault::empty_entry,
            "no credential: create the Secret with `kubectl create secret docker-registry`"};
}

source_result<std::shared_ptr<const login>> read_login(raw_entry&& entry, bool has_credential_store) {
    if (entry.error) return *std::move(entry.error);
    const bool empty = entry.username.empty() && entry.password.empty();
    // `az acr login` leaves a token beside a user name without a password.
    if (empty || (entry.has_token && entry.password.empty()))
        return no_credential(entry.has_token, has_credential_store);
    return login::make(std::move(entry.username), std::move(entry.password), std::move(entry.email));
}

source_result<registry_entry> read_content(raw_entry&& entry, bool has_credential_store) {
    auto key = registry_key::parse(entry.key);
    if (!key) return source_error{source_fault::bad_key, key.error().message};
    auto credential = read_login(std::move(entry), has_credential_store);
    if (!credential) return credential.error();
    return registry_entry{*std::move(key), *std::move(credential)};
}

}  // namespace

source_result<docker_config> parse_docker_config(std::string_view text, docker_config_form form) {
    if (auto wrong = check_text(text)) return *std::move(wrong);
    auto raw = read_raw_docker_config(
        text, form, {.max_depth = max_docker_config_depth, .max_entries = max_docker_config_entries});
    if (!raw) return raw.error();
    if (const auto byte = find_lone_surrogate(text)) {
        return source_error{
            source_fault::not_json,
            "the docker config is not JSON at byte " + std::to_string(*byte) + ": half of a surrogate pair"};
    }
    if (raw->entries.empty()) {
        return source_error{source_fault::no_entries,
                            form == docker_config_form::cfg ? "the docker config has no entry"
                                                            : "the docker config has no entry in `auths`"};
    }
    // Of an entry that a later null removed: the kubelet still refuses the document.
    if (raw->error &&
        std::ranges::none_of(raw->entries, [](const raw_entry& entry) { return entry.error.has_value(); }))
        return *std::move(raw->error);
    docker_config config;
    config.reserve(raw->entries.size());
    for (auto& entry : raw->entries) {
        const auto label = entry_label(entry.key, config.size() + 1);
        auto key = entry.key;
        auto content = read_content(std::move(entry), raw->has_credential_store);
        if (!content) content = source_error{content.error().fault, label + ": " + content.error().message};
        config.push_back({std::move(key), std::move(content)});
    }
    return config;
}

}  // namespace dockerconfig
