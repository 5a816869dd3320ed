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

// What JSON cannot carry as it is (invalid UTF-8 would become U+FFFD, and another password), or HTTP basic
// authentication not at all (RFC 7617: no control characters).
std::optional<std::string> why_unfit(std::string_view name, std::string_view text) {
    const std::string the{"the " + std::string{name}};
    if (util::find_invalid_utf8(text)) return the + " is not UTF-8";
    if (text.ends_with('\n')) {
        return the +
               " ends in a line break, as `echo` and editors leave it: write it with `printf %s`, or give it "
               "with --from-literal";
    }
    if (std::ranges::any_of(text, is_control)) return the + " contains a control character";
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
                            "the username is empty, and container runtimes drop the password of nobody: fill "
                            "it in (registries that take a token alone have a fixed name for it)"};
    }
    if (password.empty())
        return source_error{source_fault::bad_password, "the password is empty: fill it in"};
    if (auto why = why_unfit("username", username.reveal()))
        return source_error{source_fault::bad_username, *std::move(why)};
    if (username.reveal().find(':') != std::string_view::npos) {
        return source_error{source_fault::bad_username,
                            "the username contains a colon, where registries take the password to begin"};
    }
    if (auto why = why_unfit("password", password.reveal()))
        return source_error{source_fault::bad_password, *std::move(why)};
    if (auto why = why_unfit("email", email.reveal()))
        return source_error{source_fault::bad_email, *std::move(why)};
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
