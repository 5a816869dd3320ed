// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/registry_match.hpp"

#include "dockerconfig/registry_key.hpp"
#include "kubelet/go_url.hpp"
#include "util/glob.hpp"

#include <algorithm>

namespace kubelet {

namespace {

bool labels_match(std::string_view globs, std::string_view labels) noexcept {
    // Go would read brackets as a set of characters within one label: no host of an image matches that.
    if (globs.find('[') != std::string_view::npos) return false;
    if (std::ranges::count(globs, '.') != std::ranges::count(labels, '.')) return false;
    for (;;) {
        const auto glob = globs.substr(0, globs.find('.'));
        const auto label = labels.substr(0, labels.find('.'));
        if (!util::glob_matches(glob, label)) return false;
        if (glob.size() == globs.size()) return true;
        globs.remove_prefix(glob.size() + 1);
        labels.remove_prefix(label.size() + 1);
    }
}

}  // namespace

std::optional<std::string> stored_key(std::string_view written) {
    const auto url = parse_schemeless_url(dockerconfig::without_scheme(written));
    if (!url) return std::nullopt;
    return dockerconfig::stored_form(url->host, url->path);
}

bool key_matches(std::string_view stored, std::string_view repository) {
    // The kubelet parses both as URLs once more: what was encoded twice is decoded twice.
    const auto key = parse_schemeless_url(stored);
    const auto target = parse_schemeless_url(repository);
    if (!key || !target || !target->path.starts_with(key->path)) return false;
    const auto [key_host, key_port] = split_host_port(key->host);
    const auto [host, port] = split_host_port(target->host);
    return key_port == port && labels_match(key_host, host);
}

}  // namespace kubelet
