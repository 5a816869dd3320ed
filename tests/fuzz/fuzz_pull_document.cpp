// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config.hpp"
#include "fuzzing.hpp"
#include "kubelet/image_reference.hpp"
#include "kubelet/pull_keyring.hpp"

#include <map>
#include <string>

// The kubelet accepts what the controller accepts, with the same logins under the same keys.

namespace {

void check(std::string_view text, dockerconfig::docker_config_form form) {
    const auto lenient = kubelet::read_pull_content(text, form);
    const auto strict = dockerconfig::parse_docker_config(text, form);
    if (!strict) return;
    std::map<std::string, const dockerconfig::registry_entry*> last;
    for (const auto& entry : *strict) {
        if (!entry.content) return;
        last[entry.written_key] = &*entry.content;
    }
    require(lenient.state == kubelet::content_state::used, "what may be delivered can be read");
    require(lenient.entries.size() == last.size(), "no entry is lost or made up");
    for (const auto& entry : lenient.entries) {
        const auto& delivered = *last.at(entry.written_key);
        require(entry.username == delivered.credential->username(), "the user is the same");
        require(entry.password == delivered.credential->password(), "the password is the same");
        require(entry.stored_key == delivered.key.stored(), "the key is the same");
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    check(text, dockerconfig::docker_config_form::config_json);
    check(text, dockerconfig::docker_config_form::cfg);
    const auto key = kubelet::stored_key(text);
    const auto repository = kubelet::repository_of(text);
    if (repository) {
        // Brackets in an image may hold something that is not an address.
        const bool has_address = repository->starts_with('[');
        require(has_address || kubelet::stored_key(*repository).has_value(), "a repository is a key");
        require(kubelet::repository_of(*repository) == repository, "a repository is its own");
    }
    if (key && repository) static_cast<void>(kubelet::key_matches(*key, *repository));
    return 0;
}
