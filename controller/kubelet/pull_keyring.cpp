// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/pull_keyring.hpp"

#include "dockerconfig/docker_config_reader.hpp"
#include "dockerconfig/registry_key.hpp"
#include "kubelet/go_url.hpp"
#include "kubelet/image_reference.hpp"
#include "util/glob.hpp"
#include "util/utf8.hpp"

#include <algorithm>
#include <map>
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

using dockerconfig::docker_config_form;

constexpr std::size_t max_user_bytes = 64;

pull_content without_entries(content_state state, std::string error = {}) {
    pull_content content;
    content.state = state;
    content.error = std::move(error);
    return content;
}

pull_content read_data(const kube::secret& secret, std::string_view key, docker_config_form form) {
    const auto found = secret.data.find(key);
    if (found == secret.data.end() || found->second.empty()) return without_entries(content_state::no_data);
    return read_pull_content(found->second.reveal(), form);
}

constexpr std::string_view default_registry = "index.docker.io";

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

std::string pull_entry::printable_user() const {
    return util::one_line(util::redact_encoded(username.reveal()), max_user_bytes);
}

std::string pull_entry::printable_key() const {
    return dockerconfig::is_safe_to_show(written_key) ? written_key : "(a key that is not a registry)";
}

bool pull_entry::has_credentials() const noexcept {
    return !username.empty() && !password.empty();
}

pull_content read_pull_content(const kube::secret& secret) {
    if (secret.type == kube::docker_config_json_type)
        return read_data(secret, kube::docker_config_json_key, docker_config_form::config_json);
    if (secret.type == kube::docker_cfg_type)
        return read_data(secret, kube::docker_cfg_key, docker_config_form::cfg);
    return without_entries(content_state::wrong_type);
}

pull_content read_pull_content(std::string_view text, docker_config_form form) {
    auto config = dockerconfig::read_raw_docker_config(text, form);
    if (!config) return without_entries(content_state::broken, config.error().message);
    if (config->error) return without_entries(content_state::broken, config->error->message);
    std::map<std::string, dockerconfig::raw_entry> by_key;
    for (auto& entry : config->entries)
        by_key.insert_or_assign(entry.key, std::move(entry));
    pull_content content;
    content.has_credential_store = config->has_credential_store;
    for (auto& [key, entry] : by_key) {
        content.entries.push_back(
            {key, stored_key(key), std::move(entry.username), std::move(entry.password), entry.has_token});
    }
    return content;
}

pull_keyring::pull_keyring(const std::vector<const pull_content*>& contents) {
    for (std::size_t secret = 0; secret < contents.size(); ++secret) {
        for (const auto& entry : contents[secret]->entries) {
            if (!entry.stored_key) continue;
            auto& same_key = attempts_[*entry.stored_key];
            const bool repeated = !same_key.empty() && same_key.back().secret == secret;
            if (repeated) same_key.back().in_random_order = true;
            same_key.push_back({secret, entry, repeated});
        }
    }
}

std::vector<pull_attempt> pull_keyring::lookup(std::string_view repository) const {
    std::vector<pull_attempt> found;
    for (const auto& [key, attempts] : attempts_) {
        if (key_matches(key, repository)) found.insert(found.end(), attempts.begin(), attempts.end());
    }
    if (!found.empty() || !is_of_default_registry(repository)) return found;
    const auto hub = attempts_.find(std::string(default_registry));
    return hub == attempts_.end() ? found : hub->second;
}

}  // namespace kubelet
