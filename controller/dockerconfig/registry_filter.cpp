// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/registry_filter.hpp"

#include "dockerconfig/registry_key.hpp"
#include "kubelet/names/registry_match.hpp"
#include "util/glob.hpp"

#include <algorithm>

namespace dockerconfig {

namespace {

std::string stored_or_written(std::string_view written) {
    return kubelet::stored_key(written).value_or(std::string(written));
}

}  // namespace

registry_filter::registry_filter(const std::vector<std::string>& globs) {
    globs_.reserve(globs.size());
    for (const auto& text : globs)
        globs_.push_back(
            {.text = text, .is_docker_hub = claim_of(stored_or_written(text)) == docker_hub_index});
}

// A longer key is never delivered; its beginning is enough for the filter.
registry_filter::key::key(std::string_view text)
    : written(text.substr(0, max_registry_key_bytes + 1)),
      stored(stored_or_written(written)),
      is_docker_hub(claim_of(stored) == docker_hub_index) {}

bool registry_filter::is_match(const glob& glob, const key& key) {
    return (glob.is_docker_hub && key.is_docker_hub) || util::glob_matches(glob.text, key.written) ||
           util::glob_matches(glob.text, key.stored);
}

bool registry_filter::matches(std::string_view written) const {
    if (globs_.empty()) return true;
    const key wanted(written);
    return std::ranges::any_of(globs_, [&](const glob& each) { return is_match(each, wanted); });
}

std::vector<std::string> registry_filter::unmatched(const std::vector<std::string_view>& keys) const {
    auto left = globs_;
    for (const auto written : keys) {
        if (left.empty()) break;
        const key present(written);
        std::erase_if(left, [&](const glob& each) { return is_match(each, present); });
    }
    std::vector<std::string> texts;
    texts.reserve(left.size());
    for (auto& each : left)
        texts.push_back(std::move(each.text));
    return texts;
}

}  // namespace dockerconfig
