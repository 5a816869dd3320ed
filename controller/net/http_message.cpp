// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.hpp"

#include <algorithm>
#include <array>

namespace net {

namespace {

/// Enough for the method, the version, and the names of the headers that serialize() adds.
constexpr std::size_t fixed_parts_bytes = 256;

bool is_one_line(std::string_view text) {
    return std::ranges::none_of(text,
                                [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_origin_form(std::string_view target) {
    return target.starts_with('/') && target.find(' ') == std::string_view::npos && is_one_line(target);
}

void add_header(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
}

std::size_t size_of(const request& request, const std::string& authority) {
    std::size_t size =
        fixed_parts_bytes + request.target.size() + authority.size() + request.bearer_token.size();
    for (const auto& [name, value] : request.headers)
        size += name.size() + value.size() + 4;
    return size + request.body.size();
}

}  // namespace

std::string endpoint::authority() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

result<util::secret_bytes> serialize(const request& request, const std::string& authority) {
    const bool valid_headers = std::ranges::all_of(request.headers, [](const auto& header) {
        return is_one_line(header.first) && is_one_line(header.second);
    });
    if (!valid_headers || !is_origin_form(request.target) || !is_one_line(authority)) {
        return error{failure::protocol, "the request's target or a header holds an invalid character"};
    }
    if (!is_one_line(request.bearer_token.reveal())) {
        return error{failure::protocol, "the bearer token holds an invalid character"};
    }

    std::string text;
    text.reserve(size_of(request, authority));  // the text never moves, so it leaves no copy behind
    text.append(to_string(request.verb)).append(" ").append(request.target).append(" HTTP/1.1\r\n");
    add_header(text, "Host", authority);
    for (const auto& [name, value] : request.headers)
        add_header(text, name, value);
    if (!request.bearer_token.empty()) {
        text.append("Authorization: Bearer ").append(request.bearer_token.reveal()).append("\r\n");
    }
    if (request.verb != method::get || !request.body.empty()) {
        add_header(text, "Content-Length", std::to_string(request.body.size()));
    }
    text.append("\r\n").append(request.body.reveal());
    return util::secret_bytes(std::move(text));
}

std::string_view to_string(method verb) noexcept {
    constexpr std::array<std::string_view, 5> names{"GET", "POST", "PUT", "PATCH", "DELETE"};
    return names.at(static_cast<std::size_t>(verb));
}

}  // namespace net
