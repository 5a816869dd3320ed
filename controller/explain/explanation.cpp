// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/explanation.hpp"

#include "dockerconfig/key_rules.hpp"
#include "kubelet/names/go_url.hpp"
#include "kubelet/names/image_reference.hpp"
#include "kubelet/names/registry_match.hpp"
#include "kubelet/pull_keyring.hpp"
#include "util/ascii.hpp"
#include "util/glob.hpp"

#include <algorithm>
#include <utility>

namespace explain {

namespace {

/// The credentials of all Secrets of a Pod.
struct credentials_of_pod {
    kubelet::pull_keyring keyring;
    bool broken = false;
    bool all_known = true;  // each Secret was read, or is missing
};

credentials_of_pod combine(const std::vector<listed_secret>& secrets) {
    static const kubelet::pull_content nothing;
    std::vector<const kubelet::pull_content*> contents;
    bool broken = false;
    bool all_known = true;
    for (const auto& secret : secrets) {
        const bool read = secret.access == access_result::read;
        all_known &= read || secret.access == access_result::missing;
        broken |= read && secret.content.state == kubelet::content_state::broken;
        contents.push_back(read ? &secret.content : &nothing);
    }
    return {kubelet::pull_keyring(contents), broken, all_known};
}

image_result result_of(const image_explanation& explanation, const credentials_of_pod& credentials) {
    const pod_image& image = explanation.image;
    if (!explanation.repository) return image_result::invalid_name;
    if (image.last_failure == pull_failure_kind::never_pull) return image_result::not_present;
    if (!image.may_be_pulled) return image_result::never_pulled;
    if (credentials.broken) return image_result::broken_secret;
    const bool has_credentials = std::ranges::any_of(
        explanation.attempts,
        [](const kubelet::pull_attempt& each) { return each.entry.get().has_credentials(); });
    if (has_credentials && image.last_failure == pull_failure_kind::refused) return image_result::refused;
    if (!credentials.all_known) return image_result::unreadable_secret;
    if (has_credentials) return image_result::usable;
    if (!explanation.attempts.empty()) return image_result::incomplete;
    return image.has_run && image.last_failure == pull_failure_kind::none ? image_result::already_pulled
                                                                          : image_result::anonymous;
}

std::vector<mismatched_entry> mismatches_in(const std::vector<listed_secret>& secrets,
                                            const std::string& repository) {
    std::vector<mismatched_entry> mismatches;
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        for (const auto& entry : secrets[i].content.entries) {
            if (auto reason = mismatch_reason(entry, repository))
                mismatches.push_back({i, entry, *std::move(reason)});
        }
    }
    return mismatches;
}

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

/// A first part of an image's name that has no dot is no host, though it looks like one to its user.
std::optional<std::string> about_organisation(const loose_key& key,
                                              const std::string& written,
                                              std::string_view repository) {
    if (!repository.substr(docker_hub.size() + 1).starts_with(key.host + "/")) return std::nullopt;
    const auto fault = dockerconfig::find_key_fault(written);
    return fault ? std::optional(fault->message) : std::nullopt;
}

std::optional<std::string> about_docker_hub(const loose_key& key,
                                            const std::string& written,
                                            std::string_view repository) {
    if (!is_docker_hub_name(key.host)) return about_organisation(key, written, repository);
    if (key.host == docker_hub && key.path.size() > 1) return other_path(repository);
    return "the key for Docker Hub is " + std::string(dockerconfig::docker_hub_key) +
           ", with the slash at the end";
}

/// `image_host`: with its port, as the image's name begins.
std::optional<std::string> about_port(const kubelet::host_and_port& key,
                                      const kubelet::host_and_port& image,
                                      const std::string& image_host) {
    if (key.port == image.port) return std::nullopt;
    const auto name = [](std::string_view port) {
        return port.empty() ? std::string("no port") : "port " + std::string(port);
    };
    return "the image uses " + name(image.port) + "; the entry has " + name(key.port) + ": write " +
           image_host;
}

/// An IPv6 address without its brackets; any other host as it is.
std::string_view without_brackets(std::string_view host) {
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

/// Whether a key has the host and the port of an image, but not the brackets of the IPv6 address.
bool lacks_brackets(std::string_view key_host, const kubelet::host_and_port& image) {
    return key_host == std::string(without_brackets(image.host)) + ":" + std::string(image.port);
}

}  // namespace

bool is_good(image_result result) noexcept {
    return result == image_result::usable || result == image_result::already_pulled ||
           result == image_result::never_pulled;
}

std::vector<image_explanation> explain_images(const observation& seen) {
    const auto credentials = combine(seen.secrets);
    std::vector<image_explanation> explanations;
    for (const auto& image : seen.subject.images) {
        image_explanation explanation(image);
        explanation.repository = kubelet::repository_of(image.image);
        if (explanation.repository && !credentials.broken) {
            explanation.attempts = credentials.keyring.lookup(*explanation.repository);
            if (explanation.attempts.empty())
                explanation.mismatches = mismatches_in(seen.secrets, *explanation.repository);
        }
        explanation.result = result_of(explanation, credentials);
        explanations.push_back(std::move(explanation));
    }
    return explanations;
}

bool all_good(const std::vector<image_explanation>& explanations) noexcept {
    return std::ranges::all_of(explanations,
                               [](const image_explanation& each) { return is_good(each.result); });
}

std::string registry_key_for(std::string_view repository) {
    return std::string(kubelet::is_of_default_registry(repository) ? dockerconfig::docker_hub_key
                                                                   : host_of(repository));
}

std::optional<std::string> mismatch_reason(const kubelet::pull_entry& entry, std::string_view repository) {
    if (entry.stored_key && kubelet::key_matches(*entry.stored_key, repository)) return std::nullopt;
    const auto key = read_loosely(entry.written_key);
    const std::string image_host = util::lower(host_of(repository));
    if (image_host == docker_hub) return about_docker_hub(key, entry.written_key, repository);
    const auto wanted = kubelet::split_host_port(image_host);
    const auto given = kubelet::split_host_port(key.host);
    if (is_wide_glob_for(given.host, wanted.host)) {
        if (auto port = about_port(given, wanted, image_host)) return port;
        if (!util::glob_matches(given.host, wanted.host) ||
            std::ranges::count(given.host, '.') != std::ranges::count(wanted.host, '.'))
            return "a * matches within one part between dots: write " + image_host;
    } else if (without_brackets(given.host) == without_brackets(wanted.host)) {
        if (auto port = about_port(given, wanted, image_host)) return port;
    } else if (!lacks_brackets(given.host, wanted)) {
        return std::nullopt;
    }
    if (const auto fault = dockerconfig::find_key_fault(entry.written_key)) return fault->message;
    return other_path(repository);
}

}  // namespace explain
