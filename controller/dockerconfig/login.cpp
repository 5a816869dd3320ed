// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/login.hpp"

#include "util/base64.hpp"
#include "util/utf8.hpp"

#include <algorithm>
#include <utility>

namespace dockerconfig {

namespace {

constexpr auto npos = std::string_view::npos;

// The kubelet chooses the encoding by the last character, apart from line breaks.
util::base64_form form_of(std::string_view auth) noexcept {
    const auto last = auth.find_last_not_of("\r\n");
    const bool padded = last != npos && auth[last] == '=';
    return padded ? util::base64_form::padded : util::base64_form::unpadded;
}

/// One line with a line break behind it. A text of several lines was meant to be one, and so was JSON.
bool ends_in_stray_line_break(std::string_view text) noexcept {
    const auto end = text.find_last_not_of("\r\n");
    const auto line = text.substr(0, end + 1);
    return line.size() != text.size() && line.find('\n') == npos &&
           !(line.starts_with('{') && line.ends_with('}'));
}

bool has_odd_control(std::string_view text) noexcept {
    return std::ranges::any_of(text, [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7F;
    });
}

/// gRPC, with which the kubelet passes a login on, carries nothing else.
source_error not_utf8(source_fault fault, std::string_view name) {
    return {fault,
            "the " + std::string{name} +
                " is not UTF-8, the only encoding that the kubelet can pass on: save it as UTF-8"};
}

}  // namespace

source_result<user_and_password> decode_auth(std::string_view auth) {
    const auto decoded = util::decode_base64(auth, form_of(auth));
    if (!decoded) {
        return source_error{source_fault::bad_base64,
                            "`auth` is not base64 in the standard alphabet: write base64(username:password), "
                            "or remove it and write `username` and `password`"};
    }
    const auto text = decoded->reveal();
    const auto colon = text.find(':');
    if (colon == npos)
        return source_error{source_fault::no_colon, "`auth` has no colon: write base64(username:password)"};
    return user_and_password{util::secret_bytes::copy_of(text.substr(0, colon)),
                             util::secret_bytes::copy_of(text.substr(colon + 1))};
}

void append_auth(std::string& text, std::string_view username, std::string_view password) {
    std::string joined;
    joined.reserve(username.size() + 1 + password.size());
    joined.append(username).append(":").append(password);
    const util::secret_bytes wiped{std::move(joined)};
    util::append_base64(text, wiped.reveal());
}

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
    if (util::find_invalid_utf8(username.reveal())) return not_utf8(source_fault::bad_username, "username");
    if (username.reveal().find(':') != npos) {
        return source_error{
            source_fault::bad_username,
            "the username contains a colon, which separates it from the password in HTTP basic "
            "authentication"};
    }
    if (util::find_invalid_utf8(password.reveal())) return not_utf8(source_fault::bad_password, "password");
    if (util::find_invalid_utf8(email.reveal())) return not_utf8(source_fault::bad_email, "email");
    return std::shared_ptr<const login>{
        new login{std::move(username), std::move(password), std::move(email)}};
}

std::vector<std::string> login::hints() const {
    std::vector<std::string> hints;
    const std::pair<const char*, std::string_view> fields[] = {{"username", username_.reveal()},
                                                               {"password", password_.reveal()}};
    for (const auto& [name, text] : fields) {
        if (ends_in_stray_line_break(text)) {
            hints.push_back("its " + std::string(name) +
                            " ends in a line break, which 'echo' and editors add: write it with 'printf %s', "
                            "or use --from-literal");
        } else if (has_odd_control(text)) {
            hints.push_back("its " + std::string(name) +
                            " contains a control character, which few registries accept");
        }
    }
    return hints;
}

bool login::is_same_user(const login& other) const noexcept {
    return username_ == other.username_ && password_ == other.password_;
}

bool operator==(const login& a, const login& b) noexcept {
    return a.is_same_user(b) && a.email_ == b.email_;
}

bool operator==(const registry_entry& a, const registry_entry& b) noexcept {
    return a.key == b.key && *a.credential == *b.credential;
}

}  // namespace dockerconfig
