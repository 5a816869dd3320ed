// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config.hpp"
#include "fuzzing.hpp"
#include "kubelet/image_reference.hpp"
#include "kubelet/pull_document.hpp"
#include "kubelet/registry_match.hpp"

#include <map>
#include <string>

// What the distributing side takes, the kubelet takes too, and for the same logins under the same keys.

namespace {

void check(std::string_view text, dockerconfig::docker_config_form form) {
    const auto lenient = kubelet::read_pull_document(text, form);
    const auto strict = dockerconfig::parse_docker_config(text, form);
    if (!strict) return;
    std::map<std::string, const dockerconfig::registry_entry*> last;
    for (const auto& entry : *strict) {
        if (!entry.content) return;
        last[entry.written_key] = &*entry.content;
    }
    require(lenient.has_value(), "what may be delivered can be read");
    require(lenient->logins.size() == last.size(), "no entry is lost or made up");
    for (const auto& [key, entry] : last) {
        const auto& login = lenient->logins.at(key);
        require(login.username == entry->credential->username(), "the user is the same");
        require(login.password == entry->credential->password(), "the password is the same");
        require(kubelet::stored_key(key) == entry->key.normalised(), "the key is the same");
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
        // Between brackets an image may have what is no address.
        const bool has_address = repository->starts_with('[');
        require(has_address || kubelet::stored_key(*repository).has_value(), "a repository is a key");
        require(kubelet::repository_of(*repository) == repository, "a repository is its own");
    }
    if (key && repository) static_cast<void>(kubelet::key_matches(*key, *repository));
    return 0;
}
