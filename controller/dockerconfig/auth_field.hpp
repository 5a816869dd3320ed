// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/source_error.hpp"
#include "util/secret_bytes.hpp"

#include <string_view>

namespace dockerconfig {

/// What `auth` of a docker config encodes.
struct user_and_password {
    util::secret_bytes username;
    util::secret_bytes password;
};

/// Decodes a non-empty `auth`, base64(username:password), as the kubelet does: standard alphabet, padded or
/// not, line breaks ignored, split at the first colon. Either half may be empty. Errors: bad_base64,
/// no_colon.
[[nodiscard]] source_result<user_and_password> decode_auth(std::string_view auth);

/// Appends base64(username:password), padded. Reserve the capacity before, so that growing leaves no copy of
/// the secret behind.
void append_auth(std::string& text, std::string_view username, std::string_view password);

}  // namespace dockerconfig
