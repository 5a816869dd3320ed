// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/registry_key.hpp"
#include "dockerconfig/source_error.hpp"
#include "util/secret_bytes.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

/// What the kubelet sends to a registry. Immutable, so that copies can share it. Any text that the kubelet
/// can pass on and `auth` can carry: UTF-8, neither username nor password empty, no colon in the username.
class login {
 public:
    /// `email` may be empty: there is none. Errors: bad_username, bad_password, bad_email.
    [[nodiscard]] static source_result<std::shared_ptr<const login>> make(util::secret_bytes username,
                                                                          util::secret_bytes password,
                                                                          util::secret_bytes email);

    [[nodiscard]] const util::secret_bytes& username() const noexcept { return username_; }
    [[nodiscard]] const util::secret_bytes& password() const noexcept { return password_; }
    [[nodiscard]] const util::secret_bytes& email() const noexcept { return email_; }

    /// What is surely a mistake, such as the line break that `echo` adds, though it is sent as it is.
    [[nodiscard]] std::vector<std::string> hints() const;
    /// Whether a registry cannot tell the two apart: username and password are equal.
    [[nodiscard]] bool is_same_user(const login& other) const noexcept;

    friend bool operator==(const login& a, const login& b) noexcept;

 private:
    login(util::secret_bytes username, util::secret_bytes password, util::secret_bytes email);

    util::secret_bytes username_;
    util::secret_bytes password_;
    util::secret_bytes email_;
};

/// One entry of a docker config. Cheap to copy: the login is shared.
struct registry_entry {
    registry_key key;
    std::shared_ptr<const login> credential;  // never null
};

/// Equal keys as written and equal logins.
[[nodiscard]] bool operator==(const registry_entry& a, const registry_entry& b) noexcept;

}  // namespace dockerconfig
