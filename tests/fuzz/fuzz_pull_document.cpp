// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config.hpp"
#include "fuzzing.hpp"
#include "kubelet/names/image_reference.hpp"
#include "kubelet/names/registry_match.hpp"
#include "kubelet/pull_keyring.hpp"

#include <map>
#include <string>

// Any bytes as a docker config, a key and an image: what the controller reads of a docker config is what the
// kubelet reads, with the same logins under the same keys.

namespace {

void check(std::string_view text, dockerconfig::docker_config_form form) {
    const auto lenient = kubelet::read_pull_content(text, form);
    const auto strict = dockerconfig::parse_docker_config(text, form);
    if (!strict || lenient.state != kubelet::content_state::used) return;
    require(lenient.entries.size() == strict->size(), "no entry is lost or made up");
    std::map<std::string, const kubelet::pull_entry*> by_key;
    for (const auto& entry : lenient.entries)
        by_key.emplace(entry.written_key, &entry);
    for (const auto& entry : *strict) {
        if (!entry.content) continue;
        const auto& used = *by_key.at(entry.written_key);
        require(used.username == entry.content->credential->username(), "the user is the same");
        require(used.password == entry.content->credential->password(), "the password is the same");
        require(used.stored_key.has_value() && kubelet::example_repository(*used.stored_key).has_value(),
                "the key matches an image");
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
    if (key && repository && kubelet::key_matches(*key, *repository))
        require(kubelet::example_repository(*key).has_value(), "a key that matches an image has an example");
    return 0;
}
