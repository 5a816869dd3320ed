// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/registry_key.hpp"
#include "dockerconfig/source_error.hpp"
#include "util/secret_bytes.hpp"

#include <memory>

namespace dockerconfig {

/// What the kubelet sends to a registry. Immutable, so that copies can share it. JSON, `auth` and HTTP basic
/// authentication can carry every field: UTF-8 without control characters, neither username nor password
/// empty, no colon in the username.
class login {
 public:
    /// `email` may be empty: there is none. Errors: bad_username, bad_password, bad_email.
    [[nodiscard]] static source_result<std::shared_ptr<const login>> make(util::secret_bytes username,
                                                                          util::secret_bytes password,
                                                                          util::secret_bytes email);

    [[nodiscard]] const util::secret_bytes& username() const noexcept { return username_; }
    [[nodiscard]] const util::secret_bytes& password() const noexcept { return password_; }
    [[nodiscard]] const util::secret_bytes& email() const noexcept { return email_; }

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
