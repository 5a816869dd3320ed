// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config.hpp"

#include "dockerconfig/auth_field.hpp"
#include "dockerconfig/docker_config_reader.hpp"
#include "util/utf8.hpp"

#include <optional>
#include <utility>

namespace dockerconfig {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Also faults that the parser would pass over: it skips a byte order mark and takes a NUL for the end of the
// input.
std::optional<source_error> check_text(std::string_view text) {
    if (text.size() > max_docker_config_bytes) {
        return source_error{
            source_fault::too_large,
            "the docker config has more than " + std::to_string(max_docker_config_bytes) + " bytes"};
    }
    if (text.starts_with(byte_order_mark)) {
        return source_error{source_fault::not_json,
                            "the docker config begins with a byte order mark: save it without"};
    }
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
        return source_error{source_fault::not_json,
                            "the docker config has a NUL byte at byte " + std::to_string(nul + 1)};
    }
    if (const auto at = util::find_invalid_utf8(text)) {
        return source_error{source_fault::not_json,
                            "the docker config is not UTF-8 at byte " + std::to_string(*at + 1)};
    }
    return std::nullopt;
}

source_error nothing_in(const raw_entry& entry, bool has_credential_store) {
    if (entry.has_token) {
        return {source_fault::token_only,
                "holds an identity or registry token, which the kubelet ignores, and no user with a "
                "password: use a user name and password, or a robot account's"};
    }
    if (has_credential_store) {
        return {source_fault::empty_entry,
                "holds no credential: the password is in the credential store of the machine where `docker "
                "login` ran (credsStore, credHelpers); make the Secret with `kubectl create secret "
                "docker-registry`, or log in again without a store"};
    }
    return {source_fault::empty_entry,
            "holds no credential; make the Secret with `kubectl create secret docker-registry`"};
}

source_result<std::shared_ptr<const login>> read_login(raw_entry&& entry, bool has_credential_store) {
    if (!entry.wrong_type.empty())
        return source_error{source_fault::wrong_type, std::string{entry.wrong_type}};
    if (!entry.auth.empty()) {
        auto decoded = decode_auth(entry.auth.reveal());
        if (!decoded) return decoded.error();
        entry.username = std::move(decoded->username);
        entry.password = std::move(decoded->password);
    }
    const bool empty = entry.username.empty() && entry.password.empty();
    // `az acr login` leaves a token beside a user name without a password.
    if (empty || (entry.has_token && entry.password.empty())) return nothing_in(entry, has_credential_store);
    return login::make(std::move(entry.username), std::move(entry.password), std::move(entry.email));
}

source_result<registry_entry> read_content(raw_entry&& entry, bool has_credential_store) {
    auto key = registry_key::parse(entry.key);
    if (!key) return source_error{source_fault::bad_key, key.error().message};
    auto credential = read_login(std::move(entry), has_credential_store);
    if (!credential) return credential.error();
    return registry_entry{*std::move(key), *std::move(credential)};
}

std::string name_of(const raw_entry& entry, std::size_t number) {
    if (is_fit_to_name(entry.key)) return "entry \"" + entry.key + "\"";
    return "entry " + std::to_string(number) + " of the docker config";
}

}  // namespace

source_result<docker_config> parse_docker_config(std::string_view text, docker_config_form form) {
    if (auto wrong = check_text(text)) return *std::move(wrong);
    auto raw = docker_config_reader{form}.read(text);
    if (!raw) return raw.error();
    if (raw->entries.empty()) {
        return source_error{source_fault::no_entries,
                            form == docker_config_form::cfg ? "the docker config has no entry"
                                                            : "the docker config has no entry in `auths`"};
    }
    docker_config config;
    config.reserve(raw->entries.size());
    for (auto& entry : raw->entries) {
        const auto name = name_of(entry, config.size() + 1);
        auto key = entry.key;
        auto content = read_content(std::move(entry), raw->has_credential_store);
        if (!content) content = source_error{content.error().fault, name + ": " + content.error().message};
        config.push_back({std::move(key), std::move(content)});
    }
    return config;
}

}  // namespace dockerconfig
