// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/mismatch.hpp"

#include "dockerconfig/registry_key.hpp"
#include "kubelet/go_url.hpp"
#include "kubelet/image_reference.hpp"
#include "kubelet/registry_match.hpp"
#include "util/ascii.hpp"
#include "util/glob.hpp"

#include <algorithm>

namespace explain {

namespace {

constexpr std::string_view docker_hub = "docker.io";

std::string_view host_of(std::string_view repository) {
    return repository.substr(0, repository.find('/'));
}

/// The parts of a key that may be misspelt.
struct loose_key {
    std::string host;  // with the port
    std::string path;
};

loose_key read_loosely(const std::string& written) {
    auto key = util::lower(written);
    if (const auto scheme = key.find("://"); scheme != std::string::npos) key.erase(0, scheme + 3);
    const auto slash = std::min(key.find('/'), key.size());
    auto host = key.substr(0, slash);
    std::erase_if(host, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    return {std::move(host), key.substr(slash)};
}

bool is_docker_hub_name(std::string_view host) {
    return host == docker_hub || host.ends_with(".docker.io") || host == "docker.com" ||
           host.ends_with(".docker.com");
}

/// Whether a key with `*` would match the host if `*` matched any number of labels.
bool is_wide_glob_for(std::string_view name, std::string_view host) {
    return name.find('*') != std::string_view::npos && name != "*" &&
           (util::glob_matches(name, host) || (name.starts_with("*.") && name.substr(2) == host));
}

std::string other_path(std::string_view repository) {
    return "it matches only images whose names begin with it; this image is " + std::string(repository);
}

std::optional<std::string> about_docker_hub(const loose_key& key, std::string_view repository) {
    if (!is_docker_hub_name(key.host)) return std::nullopt;
    if (key.host == docker_hub && key.path.size() > 1) return other_path(repository);
    return "the key for Docker Hub is " + std::string(dockerconfig::docker_hub_key) +
           ", with the slash at the end";
}

std::optional<std::string> about_port(const kubelet::host_and_port& key,
                                      const kubelet::host_and_port& image) {
    if (key.port == image.port) return std::nullopt;
    const auto name = [](std::string_view port) {
        return port.empty() ? std::string("no port") : "port " + std::string(port);
    };
    return "the image uses " + name(image.port) + "; the entry has " + name(key.port) + ": write " +
           std::string(image.host) + (image.port.empty() ? "" : ":" + std::string(image.port));
}

}  // namespace

std::string registry_key_for(std::string_view repository) {
    return std::string(kubelet::is_of_default_registry(repository) ? dockerconfig::docker_hub_key
                                                                   : host_of(repository));
}

std::optional<std::string> mismatch_reason(const kubelet::pull_entry& entry, std::string_view repository) {
    if (entry.stored_key && kubelet::key_matches(*entry.stored_key, repository)) return std::nullopt;
    const auto key = read_loosely(entry.written_key);
    const std::string image_host = util::lower(host_of(repository));
    if (image_host == docker_hub) return about_docker_hub(key, repository);
    const auto wanted = kubelet::split_host_port(image_host);
    const auto given = kubelet::split_host_port(key.host);
    if (is_wide_glob_for(given.host, wanted.host)) {
        if (auto port = about_port(given, wanted)) return port;
        if (!util::glob_matches(given.host, wanted.host) ||
            std::ranges::count(given.host, '.') != std::ranges::count(wanted.host, '.'))
            return "a * matches within one part between dots: write " + image_host;
    } else if (given.host != wanted.host) {
        return std::nullopt;
    }
    if (auto port = about_port(given, wanted)) return port;
    if (const auto parsed = dockerconfig::registry_key::parse(entry.written_key); !parsed)
        return parsed.error().message;
    return other_path(repository);
}

}  // namespace explain
