// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/document.hpp"
#include "kubelet/names/go_url.hpp"
#include "kubelet/names/image_reference.hpp"
#include "kubelet/names/registry_match.hpp"
#include "kubelet/pull_keyring.hpp"
#include "reconcile/state/source.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A docker config and the copy that is delivered of it, as a kubelet uses them.
namespace harness {

using logins = std::vector<std::pair<std::string, std::string>>;

/// The different logins that a kubelet tries for a repository and a container runtime sends, in order.
inline logins sent_logins(const kubelet::pull_keyring& keyring, std::string_view repository) {
    logins sent;
    for (const auto& attempt : keyring.lookup(repository)) {
        const auto& entry = attempt.entry.get();
        std::pair<std::string, std::string> login{entry.username.reveal(), entry.password.reveal()};
        if (entry.has_credentials() && std::ranges::find(sent, login) == sent.end())
            sent.push_back(std::move(login));
    }
    return sent;
}

/// Repositories that may match one of the keys, and some that always count.
inline std::set<std::string> repositories_for(const kubelet::pull_content& content) {
    constexpr std::size_t most_keys = 8;
    std::set<std::string> repositories;
    const auto add = [&repositories](const std::string& image) {
        if (auto repository = kubelet::repository_of(image)) repositories.insert(*std::move(repository));
    };
    for (const auto* const image :
         {"x", "x/x", "docker.io/x/y", "localhost/x", "localhost:5000/x", "quay.io/x"})
        add(image);
    for (std::size_t i = 0; i < std::min(most_keys, content.entries.size()); ++i) {
        const auto& entry = content.entries[i];
        add(entry.written_key);
        add(entry.written_key + "/x");
        const auto url = kubelet::parse_schemeless_url(entry.stored_key.value_or(""));
        if (!url) continue;
        for (const std::string_view label : {"", "x", "X", "a-b"}) {
            std::string host;
            for (const char c : url->host)
                host += c == '*' ? label : std::string_view(&c, 1);
            if (host.ends_with(':')) host.pop_back();
            for (const auto* const rest : {"", "x", "/x", "x/y", "/x/y"})
                add(host + url->path + rest);
        }
    }
    return repositories;
}

inline kube::secret source_of(std::string_view document, dockerconfig::docker_config_form form) {
    const bool is_json = form == dockerconfig::docker_config_form::config_json;
    kube::secret secret;
    secret.meta.name = "login";
    secret.type = is_json ? kube::docker_config_json_type : kube::docker_cfg_type;
    secret.data.emplace(is_json ? kube::docker_config_json_key : kube::docker_cfg_key,
                        util::secret_bytes::copy_of(document));
    return secret;
}

/// Whether a source that a kubelet can use may be refused: the message names the entry, or it is too large.
inline bool is_good_refusal(const dockerconfig::source_error& error) {
    using enum dockerconfig::source_fault;
    const auto has = [&error](std::string_view text) {
        return error.message.find(text) != std::string::npos;
    };
    return error.fault == too_large || error.fault == too_many_entries || has("entry \"") ||
           (has("entry ") && has(" of the docker config")) ||
           (error.fault == key_collision && has("\" and \""));
}

/// What is promised of a copy and does not hold; empty: all of it holds. Each image for which a kubelet would
/// send a login of the source itself gets the same logins from the copy, and no image gets one that would get
/// none, or the source is refused with a reason that names the entry.
inline std::string broken_promise(std::string_view document, dockerconfig::docker_config_form form) {
    const auto plain = kubelet::read_pull_content(document, form);
    const bool works = plain.state == kubelet::content_state::used;
    const auto repositories = works ? repositories_for(plain) : std::set<std::string>{};
    const kubelet::pull_keyring plain_keyring({&plain});
    const bool sends = std::ranges::any_of(repositories, [&plain_keyring](const std::string& image) {
        return !sent_logins(plain_keyring, image).empty();
    });

    const auto source = reconcile::parse_source_secret(source_of(document, form));
    if (source.has_error()) return sends && !is_good_refusal(source.error()) ? source.error().message : "";
    const auto selected =
        reconcile::select_entries(**source, {.secret_name = "login", .registry = {}, .registries = {}});
    if (selected.has_error()) {
        if (!is_good_refusal(selected.error())) return "no entry is named: " + selected.error().message;
        return sends && dockerconfig::is_useless(selected.error().fault)
                   ? "not useless: " + selected.error().message
                   : "";
    }
    const auto written = dockerconfig::write_document(selected->entries);
    if (written.has_error()) return is_good_refusal(written.error()) ? "" : written.error().message;
    const auto copy =
        kubelet::read_pull_content(written->reveal(), dockerconfig::docker_config_form::config_json);
    if (copy.state != kubelet::content_state::used) return "the copy is broken: " + copy.error;

    const kubelet::pull_keyring copy_keyring({&copy});

    // What is encoded twice may be tried at another place than what is not.
    const bool is_ordered = document.find('%') == std::string_view::npos;
    for (const auto& repository : repositories) {
        auto expected = sent_logins(plain_keyring, repository);
        auto given = sent_logins(copy_keyring, repository);
        if (!is_ordered) {
            std::ranges::sort(expected);
            std::ranges::sort(given);
        }
        if (!expected.empty() && given != expected) return "other logins for " + repository;
        if (plain_keyring.lookup(repository).empty() && !given.empty()) return "a login for " + repository;
    }
    return "";
}

}  // namespace harness
