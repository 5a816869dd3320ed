// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/names/image_reference.hpp"

#include "util/ascii.hpp"

#include <algorithm>
#include <utility>

namespace kubelet {

namespace {

// The grammar of github.com/distribution/reference, with which the kubelet parses image names.

constexpr auto npos = std::string_view::npos;
constexpr std::string_view docker_hub = "docker.io";
constexpr std::size_t max_path_bytes = 255;
constexpr std::size_t max_tag_bytes = 128;

/// Whether the predicate holds for each part between separators.
template <class Predicate>
bool all_parts(std::string_view text, char separator, Predicate holds) {
    for (;;) {
        const auto end = text.find(separator);
        if (!holds(text.substr(0, end))) return false;
        if (end == npos) return true;
        text.remove_prefix(end + 1);
    }
}

bool is_host_label(std::string_view label) noexcept {
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return util::is_alphanumeric(c) || c == '-'; });
}

bool is_domain(std::string_view text) {
    std::string_view host = text;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == npos || end == 1) return false;
        const auto address = text.substr(1, end - 1);
        if (!std::ranges::all_of(address, [](char c) { return util::is_hexadecimal(c) || c == ':'; }))
            return false;
        text.remove_prefix(end + 1);
        if (text.empty()) return true;
        if (text.front() != ':') return false;
    } else {
        host = text.substr(0, text.find(':'));
        if (!all_parts(host, '.', is_host_label)) return false;
        text.remove_prefix(host.size());
        if (text.empty()) return true;
    }
    return text.size() > 1 && std::all_of(text.begin() + 1, text.end(), util::is_digit);
}

/// Lower-case letters and digits, with one dot, one or two underscores or any number of dashes between them.
bool is_path_component(std::string_view text) noexcept {
    const auto is_atom = util::is_lower_or_digit;
    if (text.empty() || !is_atom(text.front()) || !is_atom(text.back())) return false;
    while (!text.empty()) {
        const auto atom = std::ranges::find_if_not(text, is_atom);
        text.remove_prefix(static_cast<std::size_t>(atom - text.begin()));
        const auto next = std::ranges::find_if(text, is_atom);
        const auto separator = text.substr(0, static_cast<std::size_t>(next - text.begin()));
        const bool dashes = separator.find_first_not_of('-') == npos;
        if (!dashes && separator != "." && separator != "_" && separator != "__") return false;
        text.remove_prefix(separator.size());
    }
    return true;
}

bool is_path(std::string_view text) {
    return all_parts(text, '/', is_path_component);
}

bool is_tag(std::string_view text) noexcept {
    const auto is_word = [](char c) { return util::is_alphanumeric(c) || c == '_'; };
    return !text.empty() && text.size() <= max_tag_bytes && is_word(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_digest(std::string_view text) noexcept {
    constexpr std::pair<std::string_view, std::size_t> algorithms[] = {
        {"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}};
    return std::ranges::any_of(algorithms, [text](const auto& algorithm) {
        const auto& [name, digits] = algorithm;
        return text.starts_with(name) && text.size() == name.size() + digits &&
               std::ranges::all_of(text.substr(name.size()), util::is_lower_hexadecimal);
    });
}

struct name_parts {
    std::string domain;
    std::string rest;  // the path, with tag and digest
};

/// Splits off the first part if it is a registry, and not an organisation on Docker Hub.
name_parts split_domain(std::string_view image) {
    const std::string hub(docker_hub);
    const auto slash = image.find('/');
    if (slash == npos) return {hub, "library/" + std::string(image)};
    const auto first = image.substr(0, slash);
    name_parts parts{std::string(first), std::string(image.substr(slash + 1))};
    if (first == "index.docker.io") {
        parts.domain = docker_hub;
    } else if (first != "localhost" && first.find_first_of(".:") == npos &&
               std::ranges::none_of(first, util::is_upper)) {
        parts = {hub, std::string(image)};
    }
    if (parts.domain == docker_hub && parts.rest.find('/') == std::string::npos)
        parts.rest.insert(0, "library/");
    return parts;
}

}  // namespace

std::optional<std::string> repository_of(std::string_view image) {
    if (image.size() == 64 && std::ranges::all_of(image, util::is_lower_hexadecimal)) return std::nullopt;
    const auto [domain, rest] = split_domain(image);
    std::string_view path = rest;
    if (const auto sign = path.find('@'); sign != npos) {
        if (!is_digest(path.substr(sign + 1))) return std::nullopt;
        path = path.substr(0, sign);
    }
    if (const auto colon = path.find(':'); colon != npos) {
        if (!is_tag(path.substr(colon + 1))) return std::nullopt;
        path = path.substr(0, colon);
    }
    // A first part that is not a host may be the first component of the path (my_registry.internal/app).
    auto whole = domain + "/" + std::string(path);
    const auto length = is_domain(domain) ? path.size() : whole.size();
    if (!is_path(path) || (!is_domain(domain) && !is_path_component(domain)) || length > max_path_bytes)
        return std::nullopt;
    return whole;
}

bool is_of_default_registry(std::string_view repository) noexcept {
    const auto first = repository.substr(0, repository.find('/'));
    return first == docker_hub || first == "index.docker.io" || first.find_first_of(".:") == npos;
}

}  // namespace kubelet
