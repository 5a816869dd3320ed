// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/names/registry_match.hpp"

#include "kubelet/names/go_url.hpp"
#include "kubelet/names/image_reference.hpp"
#include "util/glob.hpp"

#include <algorithm>
#include <utility>

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

/// A host that a glob matches: more letters make no valid label invalid.
std::string with_stars_as(char letter, std::string_view glob) {
    std::string host(glob);
    std::ranges::replace(host, '*', letter);
    return host;
}

}  // namespace

std::string_view without_scheme(std::string_view key) noexcept {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (key.starts_with(scheme)) return key.substr(scheme.size());
    }
    return key;
}

std::string_view without_version(std::string_view path) noexcept {
    if (path.starts_with("/v1/") || path.starts_with("/v2/")) path.remove_prefix(3);
    return path;
}

std::optional<std::string> stored_key(std::string_view written) {
    auto url = parse_schemeless_url(without_scheme(written));
    if (!url) return std::nullopt;
    const auto path = without_version(url->path);
    if (path != "/") url->host += path;
    return std::move(url->host);
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

std::optional<std::string> example_repository(std::string_view stored) {
    if (stored == default_registry) return "docker.io/library/x";
    const auto key = parse_schemeless_url(stored);
    if (!key) return std::nullopt;
    // A host without a dot or a port is a registry only with a capital letter, or as localhost. A lone colon
    // is not part of an image's name.
    for (const auto& glob :
         {with_stars_as('x', key->host), with_stars_as('X', key->host), std::string("localhost")}) {
        const auto host = glob.ends_with(':') ? glob.substr(0, glob.size() - 1) : glob;
        // What completes a component, begins one, or begins the second one on Docker Hub.
        for (const std::string_view rest : {"", "x", "/x", "x/x"}) {
            const auto repository = repository_of(host + key->path + std::string(rest));
            if (repository && key_matches(stored, *repository)) return repository;
        }
    }
    return std::nullopt;
}

}  // namespace kubelet
