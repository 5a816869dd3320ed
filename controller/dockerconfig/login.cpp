// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/login.hpp"

#include "util/utf8.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace dockerconfig {

namespace {

bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// Neither JSON carries invalid UTF-8 (it would become U+FFFD: another password) nor HTTP basic authentication
// control characters (RFC 7617).
std::optional<std::string> why_not_sendable(std::string_view name, std::string_view text) {
    const std::string field{"the " + std::string{name}};
    if (util::find_invalid_utf8(text)) return field + " is not UTF-8";
    if (text.ends_with('\n')) {
        return field +
               " ends in a line break, which `echo` and editors add: write it with `printf %s`, or use "
               "--from-literal";
    }
    if (std::ranges::any_of(text, is_control)) return field + " contains a control character";
    return std::nullopt;
}

}  // namespace

login::login(util::secret_bytes username, util::secret_bytes password, util::secret_bytes email)
    : username_(std::move(username)), password_(std::move(password)), email_(std::move(email)) {}

source_result<std::shared_ptr<const login>> login::make(util::secret_bytes username,
                                                        util::secret_bytes password,
                                                        util::secret_bytes email) {
    if (username.empty()) {
        return source_error{source_fault::bad_username,
                            "the username is empty, and container runtimes send no password without one: add "
                            "the username (registries that use only a token document a fixed username)"};
    }
    if (password.empty())
        return source_error{source_fault::bad_password, "the password is empty: add the password"};
    if (auto reason = why_not_sendable("username", username.reveal()))
        return source_error{source_fault::bad_username, *std::move(reason)};
    if (username.reveal().find(':') != std::string_view::npos) {
        return source_error{
            source_fault::bad_username,
            "the username contains a colon, which separates it from the password in HTTP basic "
            "authentication"};
    }
    if (auto reason = why_not_sendable("password", password.reveal()))
        return source_error{source_fault::bad_password, *std::move(reason)};
    if (auto reason = why_not_sendable("email", email.reveal()))
        return source_error{source_fault::bad_email, *std::move(reason)};
    return std::shared_ptr<const login>{
        new login{std::move(username), std::move(password), std::move(email)}};
}

bool operator==(const login& a, const login& b) noexcept {
    return a.username_ == b.username_ && a.password_ == b.password_ && a.email_ == b.email_;
}

bool operator==(const registry_entry& a, const registry_entry& b) noexcept {
    return a.key == b.key && *a.credential == *b.credential;
}

}  // namespace dockerconfig
