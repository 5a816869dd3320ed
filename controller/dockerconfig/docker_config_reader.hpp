// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/docker_config.hpp"
#include "util/secret_bytes.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dockerconfig {

/// An entry as the kubelet reads it: a non-empty `auth` has replaced username and password.
struct raw_entry {
    std::string key;
    util::secret_bytes username;
    util::secret_bytes password;
    util::secret_bytes email;
    bool is_damaged = false;            // username or password is not UTF-8, so that U+FFFD is in it
    bool has_token = false;             // identitytoken or registrytoken, which the kubelet ignores
    std::optional<source_error> error;  // why the kubelet refuses it: a wrong type or a bad `auth`
};

struct raw_docker_config {
    std::vector<raw_entry> entries;     // in the document's order; of equal keys the last one counts
    std::optional<source_error> error;  // the first of an entry, even if a later null removes that entry
    bool has_credential_store = false;  // credsStore or credHelpers, which the kubelet ignores
    std::vector<std::string> helped;    // the first registries of credHelpers
};

/// Reads a docker config exactly as the kubelet does, with Go's encoding/json: names of fields in any case,
/// unknown ones ignored, the last of equal ones wins, null changes nothing. An error or a raw_docker_config
/// with one means that every pull of a Pod that lists the Secret fails. No message holds a value. More than
/// `max_entries`, which the kubelet does not limit, are an error too.
[[nodiscard]] source_result<raw_docker_config> read_raw_docker_config(
    std::string_view text,
    docker_config_form form,
    std::size_t max_entries = std::numeric_limits<std::size_t>::max());

/// The name of an entry in a message: by its key if that is safe to show, else by its number from 1.
[[nodiscard]] std::string entry_label(const std::string& key, std::size_t number);

}  // namespace dockerconfig
