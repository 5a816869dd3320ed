// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/request_text.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace net {

namespace {

constexpr std::size_t room_for_the_rest = 256;

bool fits_a_line(std::string_view text) {
    return std::ranges::none_of(text,
                                [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool fits_the_first_line(std::string_view target) {
    return target.starts_with('/') && target.find(' ') == std::string_view::npos && fits_a_line(target);
}

void add_field(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
}

std::size_t size_of(const request& what, const std::string& authority) {
    std::size_t size = room_for_the_rest + what.target.size() + authority.size() + what.bearer_token.size();
    for (const auto& [name, value] : what.headers)
        size += name.size() + value.size() + 4;
    return size + what.body.size();
}

}  // namespace

result<util::secret_bytes> request_text(const request& what, const std::string& authority) {
    const bool headers_fit = std::ranges::all_of(what.headers, [](const auto& field) {
        return fits_a_line(field.first) && fits_a_line(field.second);
    });
    if (!headers_fit || !fits_the_first_line(what.target) || !fits_a_line(authority)) {
        return error{failure::protocol,
                     "the request's target or a header holds a character that is not allowed"};
    }
    if (!fits_a_line(what.bearer_token.reveal())) {
        return error{failure::protocol, "the token holds a character that is not allowed"};
    }

    std::string text;
    text.reserve(size_of(what, authority));  // the text never moves, so it leaves no copy behind
    text.append(to_string(what.verb)).append(" ").append(what.target).append(" HTTP/1.1\r\n");
    add_field(text, "Host", authority);
    for (const auto& [name, value] : what.headers)
        add_field(text, name, value);
    if (!what.bearer_token.empty()) {
        text.append("Authorization: Bearer ").append(what.bearer_token.reveal()).append("\r\n");
    }
    if (what.verb != method::get || !what.body.empty()) {
        add_field(text, "Content-Length", std::to_string(what.body.size()));
    }
    text.append("\r\n").append(what.body.reveal());
    return util::secret_bytes(std::move(text));
}

std::string_view to_string(method verb) noexcept {
    switch (verb) {
        case method::get:
            return "GET";
        case method::post:
            return "POST";
        case method::put:
            return "PUT";
        case method::patch:
            return "PATCH";
        case method::delete_:
            return "DELETE";
    }
    return "GET";
}

}  // namespace net
