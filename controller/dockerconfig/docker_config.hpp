// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/login.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dockerconfig {

enum class docker_config_form : std::uint8_t {
    config_json,  // .dockerconfigjson: the entries are in `auths`
    cfg,          // .dockercfg: the entries are the top level
};

inline constexpr std::size_t max_docker_config_bytes = 1'048'576;  // all that a Secret can hold
inline constexpr std::size_t max_docker_config_entries = 10'000;   // a Secret full of common ones

/// An entry of the document: usable, or an error (without the entry's name).
struct docker_config_entry {
    std::string written_key;  // as in the document and not checked
    std::size_t number = 0;   // its place in the document, from 1
    source_result<registry_entry> content;

    /// Names the entry in a message: by its key if that is safe to show, else by its number.
    [[nodiscard]] std::string label() const;
};

/// The entries in the document's order, at least one. Each key is there once: the last one counts.
using docker_config = std::vector<docker_config_entry>;

/// Reads a docker config as the kubelet does (read_raw_docker_config()). A document that would break every
/// pull of a Pod, or that may have been cut short, is an error as a whole. A fault inside one entry stays
/// with that entry, so that a source can leave it out: because it is useless (is_useless()), or with
/// `registries`.
[[nodiscard]] source_result<docker_config> parse_docker_config(std::string_view text,
                                                               docker_config_form form);

}  // namespace dockerconfig
