// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/docker_config.hpp"
#include "dockerconfig/source_error.hpp"
#include "util/secret_bytes.hpp"

#include <map>
#include <string>
#include <string_view>

namespace kubelet {

/// A login as the kubelet takes it from a docker config: unlike dockerconfig::login, with whatever is in it.
struct pull_login {
    util::secret_bytes username;
    util::secret_bytes password;
    bool has_token = false;  // identitytoken or registrytoken, which the kubelet ignores
};

struct pull_document {
    std::map<std::string, pull_login> logins;  // by key as it is written
    bool has_credential_store = false;         // credsStore or credHelpers, which the kubelet ignores
};

/// Reads a docker config exactly as leniently as the kubelet (Go's encoding/json), where
/// dockerconfig::parse_docker_config refuses what nobody should deliver. An error is one that the kubelet has
/// too: with it, every pull of a Pod that lists the Secret fails. Its message never says what is in the
/// document but for a key that is_fit_to_name().
[[nodiscard]] dockerconfig::source_result<pull_document> read_pull_document(
    std::string_view text, dockerconfig::docker_config_form form);

}  // namespace kubelet
