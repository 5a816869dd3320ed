// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/auth_field.hpp"

#include "util/base64.hpp"

#include <string>
#include <utility>

namespace dockerconfig {

namespace {

// The kubelet chooses the encoding by the last character, apart from line breaks.
util::base64_form form_of(std::string_view auth) noexcept {
    const auto last = auth.find_last_not_of("\r\n");
    const bool padded = last != std::string_view::npos && auth[last] == '=';
    return padded ? util::base64_form::padded : util::base64_form::unpadded;
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
    if (colon == std::string_view::npos) {
        return source_error{source_fault::no_colon, "`auth` has no colon: write base64(username:password)"};
    }
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

}  // namespace dockerconfig
