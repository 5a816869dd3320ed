// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/error.hpp"

#include "util/printable.hpp"

#include <algorithm>
#include <stdexcept>

namespace kube {

namespace {

constexpr std::size_t max_public_bytes = 256;

}  // namespace

bool error::has_cause(std::string_view cause_reason) const noexcept {
    return std::ranges::any_of(
        causes, [cause_reason](const status_cause& cause) { return cause.reason == cause_reason; });
}

error malformed(std::string text) {
    return {error_kind::malformed, std::move(text)};
}

std::string_view to_string(error_kind kind) noexcept {
    switch (kind) {
        case error_kind::no_response:
            return "no_response";
        case error_kind::cancelled:
            return "cancelled";
        case error_kind::malformed:
            return "malformed";
        case error_kind::bad_request:
            return "bad_request";
        case error_kind::unauthorized:
            return "unauthorized";
        case error_kind::forbidden:
            return "forbidden";
        case error_kind::not_found:
            return "not_found";
        case error_kind::already_exists:
            return "already_exists";
        case error_kind::conflict:
            return "conflict";
        case error_kind::expired:
            return "expired";
        case error_kind::too_large:
            return "too_large";
        case error_kind::invalid:
            return "invalid";
        case error_kind::too_many_requests:
            return "too_many_requests";
        case error_kind::server:
            return "server";
        case error_kind::server_timeout:
            return "server_timeout";
        case error_kind::stream_ended:
            return "stream_ended";
        case error_kind::other:
            return "other";
    }
    return "other";
}

std::string public_message(const error& e) {
    auto line = util::one_line(util::redact_encoded(e.message), max_public_bytes);
    if (!line.empty()) return line;
    line = to_string(e.kind);
    if (e.code != 0) line += " (HTTP " + std::to_string(e.code) + ")";
    return line;
}

void throw_exception_from_error(const error& e, const boost::source_location& location) {
    throw std::logic_error(std::string("value() of a kube::result that holds an error (") +
                           std::string(to_string(e.kind)) + ") at " + location.to_string());
}

}  // namespace kube
