// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config.hpp"

#include "dockerconfig/docker_config_reader.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace dockerconfig {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Faults that are worth a message of their own.
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
    return std::nullopt;
}

constexpr std::string_view how_to_create = "create the Secret with 'kubectl create secret docker-registry'";

bool has_login(const raw_docker_config& raw) {
    return std::ranges::any_of(raw.entries, [](const raw_entry& entry) {
        return !entry.password.empty() && registry_key::parse(entry.key).has_value();
    });
}

/// The document of one form in a Secret for the other one.
std::optional<source_error> check_form(std::string_view text,
                                       docker_config_form form,
                                       const raw_docker_config& raw) {
    if (form == docker_config_form::cfg) {
        if (std::ranges::find(raw.entries, "auths", &raw_entry::key) == raw.entries.end() || has_login(raw))
            return std::nullopt;
        return source_error{source_fault::no_entries,
                            "the docker config has `auths`, which belongs to the type "
                            "kubernetes.io/dockerconfigjson: create the Secret again with that type and "
                            "the key .dockerconfigjson"};
    }
    if (!raw.entries.empty()) return std::nullopt;
    const auto as_cfg = read_raw_docker_config(text, docker_config_form::cfg, max_docker_config_entries);
    if (!as_cfg || !has_login(*as_cfg)) return std::nullopt;
    return source_error{source_fault::no_entries,
                        "the docker config has no entry in `auths`, but registries at its top level, which "
                        "belong to the type kubernetes.io/dockercfg: create the Secret again with that type "
                        "and the key .dockercfg, or put the registries into `auths`"};
}

source_error no_entries(docker_config_form form, const raw_docker_config& raw) {
    std::string message = "the docker config has no entry";
    if (form == docker_config_form::config_json) message += " in `auths`";
    if (!raw.has_credential_store) return {source_fault::no_entries, std::move(message)};
    message += "; it names a credential helper (credsStore, credHelpers)";
    std::string registries;
    for (const auto& registry : raw.helped) {
        if (is_safe_to_show(registry)) registries += (registries.empty() ? " for " : ", ") + registry;
    }
    message += registries + ", which keeps the logins on the machine where the file was written: ";
    return {
        source_fault::no_entries,
        message.append(how_to_create) +
            " and the login of a robot account, or with what 'echo REGISTRY | docker-credential-HELPER get' "
            "prints there (often a token that expires within hours)"};
}

source_error no_credential(const raw_entry& entry, bool has_credential_store) {
    if (entry.has_token) {
        return {source_fault::token_only,
                "only an identity or registry token, which the kubelet ignores: write the username and "
                "password of a user or robot account"};
    }
    if (!entry.username.empty())
        return {source_fault::empty_entry,
                "the password is empty, so that nothing is sent: add the password"};
    if (!entry.password.empty()) {
        return {source_fault::empty_entry,
                "the username is empty, and container runtimes send no password without one: add the "
                "username (registries that use only a token document a fixed username)"};
    }
    if (has_credential_store) {
        return {source_fault::empty_entry,
                "no credential; the password is in the credential store (credsStore, credHelpers) of the "
                "machine where 'docker login' ran: " +
                    std::string(how_to_create) + ", or log in again without a credential store"};
    }
    return {source_fault::empty_entry, "no credential: " + std::string(how_to_create)};
}

source_result<registry_entry> read_content(raw_entry&& entry, bool has_credential_store) {
    if (entry.error) return *std::move(entry.error);
    auto key = registry_key::parse(entry.key);
    if (!key) {
        const bool unmatched = key.error().fault == key_fault::never_matches;
        return source_error{unmatched ? source_fault::unmatched_key : source_fault::bad_key,
                            key.error().message};
    }
    if (entry.username.empty() || entry.password.empty()) return no_credential(entry, has_credential_store);
    if (entry.is_damaged) {
        return source_error{source_fault::bad_password,
                            "the username or the password is not UTF-8: save the docker config as UTF-8"};
    }
    auto credential =
        login::make(std::move(entry.username), std::move(entry.password), std::move(entry.email));
    if (!credential) return credential.error();
    return registry_entry{*std::move(key), *std::move(credential)};
}

/// What counts of two entries with one key: the later one, unless it has another login.
source_result<registry_entry> choose(const source_result<registry_entry>& earlier,
                                     source_result<registry_entry>&& later) {
    if (earlier.has_error() && earlier.error().fault == source_fault::key_collision) return earlier;
    if (!earlier || !later || earlier->credential->is_same_user(*later->credential)) return std::move(later);
    return source_error{source_fault::key_collision, "it is there twice with two logins: keep one of them"};
}

}  // namespace

std::string docker_config_entry::label() const {
    return entry_label(written_key, number);
}

source_result<docker_config> parse_docker_config(std::string_view text, docker_config_form form) {
    if (auto wrong = check_text(text)) return *std::move(wrong);
    auto raw = read_raw_docker_config(text, form, max_docker_config_entries);
    if (!raw) return raw.error();
    if (auto other = check_form(text, form, *raw)) return *std::move(other);
    if (raw->entries.empty()) return no_entries(form, *raw);
    docker_config config;
    config.reserve(raw->entries.size());
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < raw->entries.size(); ++i) {
        auto& entry = raw->entries[i];
        const auto key = entry.key;
        auto content = read_content(std::move(entry), raw->has_credential_store);
        const auto [place, is_new] = places.try_emplace(key, config.size());
        if (is_new) {
            config.push_back({key, i + 1, std::move(content)});
        } else {
            auto& same = config[place->second];
            same = {key, i + 1, choose(same.content, std::move(content))};
        }
    }
    return config;
}

}  // namespace dockerconfig
