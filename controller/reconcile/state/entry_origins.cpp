// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/entry_origins.hpp"

#include "util/ascii.hpp"
#include "util/base64.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace reconcile {

namespace {

/// Older versions wrote as much.
constexpr std::size_t longest_readable = 65536;
constexpr std::size_t hash_characters = 4;

/// 24 bits of FNV-1a, in base64. Every version must compute the same.
std::string hash_of(std::string_view key) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : key)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    hash ^= hash >> 32U;
    const char bytes[] = {
        static_cast<char>(hash >> 16U), static_cast<char>(hash >> 8U), static_cast<char>(hash)};
    std::string text;
    util::append_base64(text, {bytes, sizeof bytes});
    return text;
}

/// Joins "UID/SOURCE" + the separator + what each source has.
std::string join(const std::map<entry_origin, std::string>& parts, char separator) {
    std::string text;
    for (const auto& [origin, part] : parts)
        text += (text.empty() ? "" : ";") + origin.uid + "/" + origin.source + separator + part;
    return text;
}

std::string write_keys(const entry_origins& origins) {
    std::map<entry_origin, std::string> lists;
    for (const auto& [key, origin] : origins) {
        auto& list = lists[origin];
        list += (list.empty() ? "" : ",") + key;
    }
    return join(lists, '=');
}

std::string write_hashes(const entry_origins& origins) {
    std::map<std::string, std::size_t> uses;
    for (const auto& [key, origin] : origins)
        ++uses[hash_of(key)];
    std::map<entry_origin, std::string> lists;
    std::map<entry_origin, std::string> in_full;
    for (const auto& [key, origin] : origins) {
        auto hash = hash_of(key);
        if (uses.at(hash) == 1) {
            lists[origin] += hash;
        } else {
            in_full[origin] += "," + key;
        }
    }
    for (const auto& [origin, keys] : in_full)
        lists[origin] += keys;
    return join(lists, '#');
}

/// What the annotation has of one source.
struct recorded_part {
    entry_origin origin;
    std::string_view hashes;
    std::string_view keys;
};

/// Nothing: it has another form.
std::optional<recorded_part> read_part(std::string_view part) {
    const auto separator = part.find_first_of("=#");
    const auto slash = part.find('/');
    if (separator == std::string_view::npos || slash > separator) return std::nullopt;
    recorded_part read;
    read.origin = {.uid = std::string(part.substr(0, slash)),
                   .source = std::string(part.substr(slash + 1, separator - slash - 1))};
    read.keys = part.substr(separator + 1);
    if (part[separator] == '#') read.hashes = util::take_until(read.keys, ',');
    if (read.hashes.size() % hash_characters != 0) return std::nullopt;
    return read;
}

std::vector<recorded_part> read_parts(std::string_view text) {
    std::vector<recorded_part> parts;
    if (text.size() > longest_readable) return parts;
    while (!text.empty()) {
        if (auto part = read_part(util::take_until(text, ';'))) parts.push_back(*std::move(part));
    }
    return parts;
}

}  // namespace

bool is_recordable(std::string_view key) noexcept {
    return key.find_first_of(",;=") == std::string_view::npos;
}

std::optional<std::string> write_origins(const entry_origins& origins) {
    entry_origins recordable = origins;
    std::erase_if(recordable, [](const auto& entry) { return !is_recordable(entry.first); });
    auto text = write_keys(recordable);
    if (text.size() > max_entries_annotation) text = write_hashes(recordable);
    if (text.size() > max_entries_annotation) return std::nullopt;
    return text;
}

entry_origins read_origins(std::string_view text, std::span<const std::string> keys) {
    entry_origins origins;
    std::map<std::string_view, entry_origin> by_hash;
    for (auto& part : read_parts(text)) {
        while (!part.keys.empty()) {
            if (const auto key = util::take_until(part.keys, ','); !key.empty())
                origins.emplace(key, part.origin);
        }
        for (; !part.hashes.empty(); part.hashes.remove_prefix(hash_characters))
            by_hash.emplace(part.hashes.substr(0, hash_characters), part.origin);
    }
    if (by_hash.empty()) return origins;
    for (const auto& key : keys) {
        if (const auto found = by_hash.find(hash_of(key)); found != by_hash.end())
            origins.emplace(key, found->second);
    }
    return origins;
}

bool has_hashed_keys(std::string_view text) {
    return std::ranges::any_of(read_parts(text), [](const auto& part) { return !part.hashes.empty(); });
}

}  // namespace reconcile
