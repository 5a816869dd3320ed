// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/secret_bytes.hpp"
#include "reconcile/source_error.hpp"

#include <string_view>

namespace reconcile {

/// What `auth` of a docker config stands for.
struct user_and_password {
    net::secret_bytes username;
    net::secret_bytes password;
};

/// Decodes a non-empty `auth`, base64(username:password), as the kubelet does: the standard alphabet, padded
/// or not, line breaks anywhere ignored, split at the first colon. Either half may be empty. Errors:
/// bad_base64, no_colon.
[[nodiscard]] source_result<user_and_password> decode_auth(std::string_view auth);

/// Appends base64(username:password), padded, to text whose capacity suffices: no copy of the secret is left
/// behind.
void append_auth(std::string& text, std::string_view username, std::string_view password);

}  // namespace reconcile
