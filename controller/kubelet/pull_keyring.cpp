// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/pull_keyring.hpp"

#include "dockerconfig/registry_key.hpp"
#include "kubelet/image_reference.hpp"
#include "kubelet/registry_match.hpp"
#include "util/printable.hpp"

#include <utility>

namespace kubelet {

namespace {

constexpr std::string_view default_registry = "index.docker.io";
constexpr std::size_t shown_bytes = 64;

struct docker_data {
    const util::secret_bytes* text = nullptr;  // null: the type is none that the kubelet reads
    dockerconfig::docker_config_form form = dockerconfig::docker_config_form::config_json;
};

docker_data data_of(const kube::secret& secret) {
    static const util::secret_bytes none;
    const auto at = [&secret](std::string_view key) {
        const auto found = secret.data.find(key);
        return found == secret.data.end() ? &none : &found->second;
    };
    using dockerconfig::docker_config_form;
    if (secret.type == kube::docker_config_json_type)
        return {at(kube::docker_config_json_key), docker_config_form::config_json};
    if (secret.type == kube::docker_cfg_type) return {at(kube::docker_cfg_key), docker_config_form::cfg};
    return {};
}

}  // namespace

std::string pull_entry::shown_user() const {
    return util::one_line(util::redact_encoded(login.username.reveal()), shown_bytes);
}

std::string pull_entry::shown_key() const {
    return dockerconfig::is_fit_to_name(written_key) ? written_key : "(a key that is no registry)";
}

bool pull_entry::names_somebody() const noexcept {
    return !login.username.empty() && !login.password.empty();
}

pull_content read_pull_content(const kube::secret& secret) {
    pull_content content;
    const auto [text, form] = data_of(secret);
    if (text == nullptr || text->empty()) {
        content.state = text == nullptr ? content_state::wrong_type : content_state::no_data;
        return content;
    }
    auto document = read_pull_document(text->reveal(), form);
    if (!document) {
        content.state = content_state::broken;
        content.fault = document.error().message;
        return content;
    }
    content.has_credential_store = document->has_credential_store;
    for (auto& [key, login] : document->logins)
        content.entries.push_back({key, stored_key(key), std::move(login)});
    return content;
}

pull_keyring::pull_keyring(const std::vector<const pull_content*>& contents) {
    for (std::size_t secret = 0; secret < contents.size(); ++secret) {
        for (const auto& entry : contents[secret]->entries) {
            if (!entry.stored_key) continue;
            auto& same_key = attempts_[*entry.stored_key];
            const bool again = !same_key.empty() && same_key.back().secret == secret;
            if (again) same_key.back().in_random_order = true;
            same_key.push_back({secret, entry, again});
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
