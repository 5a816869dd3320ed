// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/entry_origins.hpp"

#include <algorithm>
#include <vector>

namespace reconcile {

namespace {

/// Removes the text up to the separator from `rest`, and the separator.
std::string_view take_until(std::string_view& rest, char separator) {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

}  // namespace

std::string write_origins(const entry_origins& origins) {
    std::map<entry_origin, std::string> keys;
    for (const auto& [key, origin] : origins) {
        auto& list = keys[origin];
        list += (list.empty() ? "" : ",") + key;
    }
    std::string text;
    for (const auto& [origin, list] : keys)
        text += (text.empty() ? "" : ";") + origin.uid + "/" + origin.source + "=" + list;
    return text.size() <= max_entries_annotation ? text : std::string{};
}

entry_origins read_origins(std::string_view text) {
    entry_origins origins;
    if (text.size() > max_entries_annotation) return origins;
    while (!text.empty()) {
        auto part = take_until(text, ';');
        const auto equals = part.find('=');
        auto owner = take_until(part, '=');
        const auto slash = owner.find('/');
        if (equals == std::string_view::npos || slash == std::string_view::npos) continue;
        const entry_origin origin{.uid = std::string(owner.substr(0, slash)),
                                  .source = std::string(owner.substr(slash + 1))};
        while (!part.empty()) {
            if (const auto key = take_until(part, ','); !key.empty()) origins.emplace(key, origin);
        }
    }
    return origins;
}

}  // namespace reconcile
