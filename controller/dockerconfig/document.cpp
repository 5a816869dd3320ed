// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/document.hpp"

#include "dockerconfig/docker_config.hpp"
#include "dockerconfig/merge.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dockerconfig {

namespace {

/// A character of a JSON string that is not written as it is. Keys and logins are valid UTF-8.
std::string_view escape_of(char c) noexcept {
    switch (c) {
        case '"':
            return R"(\")";
        case '\\':
            return R"(\\)";
        case '\n':
            return R"(\n)";
        case '\r':
            return R"(\r)";
        case '\t':
            return R"(\t)";
        default:
            return static_cast<unsigned char>(c) < 0x20 ? R"(\u00)" : std::string_view{};
    }
}

void append_string(std::string& text, std::string_view value) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += '"';
    for (const char c : value) {
        const auto escape = escape_of(c);
        text += escape;
        if (escape.empty()) {
            text += c;
        } else if (escape.size() == 4) {
            text += digits[static_cast<unsigned char>(c) / 16];
            text += digits[static_cast<unsigned char>(c) % 16];
        }
    }
    text += '"';
}

std::size_t written_length(std::string_view value) noexcept {
    std::size_t length = value.size();
    for (const char c : value) {
        const auto escape = escape_of(c).size();
        length += escape == 4 ? 5 : escape / 2;
    }
    return length;
}

void append_member(std::string& text, std::string_view name, std::string_view value) {
    append_string(text, name);
    text += ':';
    append_string(text, value);
}

void append_entry(std::string& text, const registry_entry& entry) {
    const auto username = entry.credential->username().reveal();
    const auto password = entry.credential->password().reveal();
    append_string(text, entry.key.written());
    text += ":{";
    append_member(text, "username", username);
    text += ',';
    append_member(text, "password", password);
    if (!entry.credential->email().empty()) {
        text += ',';
        append_member(text, "email", entry.credential->email().reveal());
    }
    text += R"(,"auth":")";
    append_auth(text, username, password);
    text += R"("})";
}

// At least as many bytes as append_entry() adds. The text must never grow: that leaves copies behind.
std::size_t capacity_for(const registry_entry& entry) {
    const auto& login = *entry.credential;
    const auto plain = login.username().size() + login.password().size();
    constexpr std::size_t syntax = sizeof(R"(,"":{"username":"","password":"","email":"","auth":""})");
    return syntax + entry.key.written().size() + written_length(login.username().reveal()) +
           written_length(login.password().reveal()) + written_length(login.email().reveal()) +
           4 * (plain / 3 + 2);
}

source_error too_large(std::size_t max_bytes) {
    return {source_fault::too_large,
            "the merged docker config has more than " + std::to_string(max_bytes) +
                " bytes, the maximum of the controller's flag --max-document-bytes: select fewer entries "
                "with `registries`"};
}

/// Where entries must stay as they are, the controller reads its own documents.
source_error too_many() {
    return {source_fault::too_large,
            "the merged docker config has more than " + std::to_string(max_docker_config_entries) +
                " entries: select fewer with `registries`"};
}

}  // namespace

source_result<util::secret_bytes> write_document(std::span<const registry_entry> entries,
                                                 std::size_t max_bytes) {
    if (entries.empty()) return source_error{source_fault::no_entries, "there is no entry to deliver"};
    if (entries.size() > max_docker_config_entries) return too_many();
    std::vector<registry_entry> sorted{entries.begin(), entries.end()};
    sort_by_key(sorted);
    std::size_t capacity = sizeof(R"({"auths":{}})");
    std::set<std::string_view> taken;
    for (const auto& entry : sorted) {
        if (!taken.insert(entry.key.stored()).second) {
            return source_error{source_fault::key_collision,
                                "registry \"" + entry.key.written() + "\" has two entries"};
        }
        capacity += capacity_for(entry);
    }
    std::string text;
    text.reserve(capacity);
    text += R"({"auths":{)";
    for (const auto& entry : sorted) {
        if (&entry != &sorted.front()) text += ',';
        append_entry(text, entry);
    }
    text += "}}";
    util::secret_bytes document{std::move(text)};
    if (document.size() > max_bytes) return too_large(max_bytes);
    return document;
}

}  // namespace dockerconfig
