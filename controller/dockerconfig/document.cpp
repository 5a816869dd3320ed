// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/document.hpp"

#include "dockerconfig/auth_field.hpp"
#include "dockerconfig/merge.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dockerconfig {

namespace {

// A JSON string. Keys and logins are valid UTF-8 without control characters: nothing else needs escaping.
void append_string(std::string& text, std::string_view value) {
    text += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    text += '"';
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
    const auto values = login.username().size() + login.password().size() + login.email().size();
    constexpr std::size_t syntax = sizeof(R"(,"":{"username":"","password":"","email":"","auth":""})");
    return syntax + 2 * (entry.key.written().size() + values) + 4 * (values / 3 + 2);
}

source_error too_large() {
    return {source_fault::too_large,
            "the merged docker config has more than " + std::to_string(max_document_bytes) +
                " bytes, the maximum for a Secret: select fewer entries with `registries`"};
}

}  // namespace

source_result<util::secret_bytes> write_document(std::span<const registry_entry> entries) {
    if (entries.empty()) return source_error{source_fault::no_entries, "there is no entry to deliver"};
    std::vector<registry_entry> sorted{entries.begin(), entries.end()};
    sort_by_key(sorted);
    std::size_t capacity = sizeof(R"({"auths":{}})");
    claims taken;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (taken.add(sorted[i].key, i)) {
            return source_error{source_fault::key_collision,
                                "registry \"" + sorted[i].key.written() + "\" has two entries"};
        }
        capacity += capacity_for(sorted[i]);
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
    if (document.size() > max_document_bytes) return too_large();
    return document;
}

}  // namespace dockerconfig
