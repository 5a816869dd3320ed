// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config.hpp"
#include "dockerconfig/document.hpp"
#include "fuzzing.hpp"
#include "reconcile/state/source.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Any bytes as the value of a source Secret: read, written and read again; and nothing of a value in any
// message. Input: a byte that chooses the Secret's type, then the value (for basic-auth: username, colon,
// password).

namespace {

// Stands in values all over the corpus, and looks like a host.
constexpr std::string_view canary = "zqcanary7.vkjx.io";

void check_message(std::string_view message, bool may_name_canary) {
    require(!message.empty(), "an error has a message");
    require(std::ranges::all_of(message, [](char c) { return c >= 0x20 && c < 0x7F; }),
            "a message is one printable line");
    require(may_name_canary || message.find(canary) == std::string_view::npos, "a message holds no value");
}

// True if a key holds the canary, so that messages may name it.
bool check_entries(const dockerconfig::docker_config& config) {
    require(!config.empty() && config.size() <= dockerconfig::max_docker_config_entries,
            "the entries are bounded");
    bool named = false;
    for (const auto& entry : config) {
        const bool may_name = entry.written_key.find(canary) != std::string::npos;
        named = named || may_name;
        check_message(entry.label(), may_name);
        if (entry.content) {
            for (const auto& hint : entry.content->credential->hints())
                check_message(hint, false);
        } else {
            check_message(entry.content.error().message, may_name);
        }
    }
    return named;
}

std::vector<dockerconfig::registry_entry> read_back(std::string_view document) {
    std::vector<dockerconfig::registry_entry> entries;
    const auto config =
        dockerconfig::parse_docker_config(document, dockerconfig::docker_config_form::config_json);
    for (const auto& entry : config.value())
        entries.push_back(entry.content.value());
    return entries;
}

void check_round_trip(const std::vector<dockerconfig::registry_entry>& entries) {
    const auto document = dockerconfig::write_document(entries);
    if (document.has_error()) {
        require(document.error().fault == dockerconfig::source_fault::too_large,
                "good entries make a document");
        return;
    }
    const auto again = read_back(document->reveal());
    require(again == entries, "what is written is read back");
    require(dockerconfig::write_document(again)->reveal() == document->reveal(),
            "equal entries give equal bytes");
}

kube::secret secret_of(std::uint8_t type, std::string_view value) {
    kube::secret secret;
    secret.meta.name = "login";
    const auto put = [&secret](std::string_view key, std::string_view text) {
        secret.data.emplace(key, util::secret_bytes::copy_of(text));
    };
    if (type % 3 == 0) {
        secret.type = kube::docker_config_json_type;
        put(kube::docker_config_json_key, value);
    } else if (type % 3 == 1) {
        secret.type = kube::docker_cfg_type;
        put(kube::docker_cfg_key, value);
    } else {
        secret.type = kube::basic_auth_type;
        const auto colon = std::min(value.find(':'), value.size());
        put("username", value.substr(0, colon));
        put("password", value.substr(std::min(colon + 1, value.size())));
    }
    return secret;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto parsed = reconcile::parse_source_secret(secret_of(data[0], text_of(data + 1, size - 1)));
    if (parsed.has_error()) {
        // The registries of credential helpers may be named.
        check_message(parsed.error().message, parsed.error().fault == dockerconfig::source_fault::no_entries);
        return 0;
    }
    v1alpha1::credential_source source{.secret_name = "login", .registry = {}, .registries = {}};
    bool may_name = false;
    if (const auto* const config = std::get_if<dockerconfig::docker_config>(&(*parsed)->content)) {
        may_name = check_entries(*config);
    } else {
        source.registry = "docker.io";
    }
    const auto entries = reconcile::select_entries(**parsed, source);
    if (entries.has_error()) {
        check_message(entries.error().message, may_name);
        return 0;
    }
    check_round_trip(entries->entries);
    require(entries->notes.size() <= 8, "notes are few");
    for (const auto& note : entries->notes)
        check_message(note, may_name);
    return 0;
}
