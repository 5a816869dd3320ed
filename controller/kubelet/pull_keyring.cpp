// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/pull_keyring.hpp"

#include "dockerconfig/docker_config_reader.hpp"
#include "dockerconfig/registry_key.hpp"
#include "kubelet/names/image_reference.hpp"
#include "kubelet/names/registry_match.hpp"
#include "util/utf8.hpp"

#include <map>
#include <utility>

namespace kubelet {

namespace {

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

}  // namespace

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
