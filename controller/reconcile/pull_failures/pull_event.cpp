// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_event.hpp"

#include "kube/api/names.hpp"
#include "util/ascii.hpp"

#include <algorithm>

namespace reconcile {

namespace {

constexpr std::string_view combined = "(combined from similar events): ";  // client-go puts it before
constexpr std::string_view before_names = "Unable to retrieve some image pull secrets (";
constexpr std::string_view after_names = "); attempting to pull the image may not succeed.";
constexpr std::string_view between_names = ", ";
/// The API server takes 1,024 bytes for a note, and the kubelet cuts its own there.
constexpr std::size_t longest_message = 4096;
constexpr std::size_t most_names = 16;
constexpr std::size_t longest_uid = 64;

bool is_uid(std::string_view text) {
    const auto is_hex_or_hyphen = [](char c) { return util::is_lower_hexadecimal(c) || c == '-'; };
    return !text.empty() && text.size() <= longest_uid && std::ranges::all_of(text, is_hex_or_hyphen);
}

/// The text between the brackets; nothing if the rest is not as the kubelet writes it.
std::optional<std::string_view> list_of_names(std::string_view message) {
    if (message.size() > longest_message) return std::nullopt;
    if (message.starts_with(combined)) message.remove_prefix(combined.size());
    if (!message.starts_with(before_names)) return std::nullopt;
    message.remove_prefix(before_names.size());
    const auto end = message.find(')');
    if (end == std::string_view::npos || message.substr(end) != after_names) return std::nullopt;
    return message.substr(0, end);
}

}  // namespace

std::vector<std::string> missing_secrets(std::string_view message, const name_in_use& in_use) {
    std::vector<std::string> names;
    auto rest = list_of_names(message);
    while (rest && names.size() < most_names) {
        const auto comma = rest->find(between_names);
        const auto name = rest->substr(0, comma);
        if (kube::is_dns1123_subdomain(name) && in_use(name) && std::ranges::find(names, name) == names.end())
            names.emplace_back(name);
        if (comma == std::string_view::npos) break;
        rest->remove_prefix(comma + between_names.size());
    }
    return names;
}

std::optional<pull_event> read_pull_event(const kube::json& object, const name_in_use& in_use) {
    const auto& about = kube::object_at(object, "involvedObject");
    pull_event read{.namespace_name = kube::string_at(about, "namespace"),
                    .pod = kube::string_at(about, "name"),
                    .uid = kube::string_at(about, "uid"),
                    .secrets = {}};
    const bool is_right =
        kube::string_at(object, "reason") == pull_event_reason && kube::string_at(about, "kind") == "Pod" &&
        kube::string_at(kube::object_at(object, "metadata"), "namespace") == read.namespace_name &&
        kube::is_dns1123_label(read.namespace_name) && kube::is_dns1123_subdomain(read.pod) &&
        is_uid(read.uid);
    if (!is_right) return std::nullopt;
    const auto* message = kube::member(object, "message");
    if (message == nullptr || !message->is_string()) return std::nullopt;
    read.secrets = missing_secrets(message->get_ref<const std::string&>(), in_use);
    if (read.secrets.empty()) return std::nullopt;
    return read;
}

}  // namespace reconcile
