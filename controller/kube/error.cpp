// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/error.hpp"

#include "util/utf8.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace kube {

namespace {

constexpr std::size_t max_public_bytes = 512;  // a policy's name, its binding's, and what it advises

constexpr std::array<std::string_view, 17> kind_names{"no_response",
                                                      "cancelled",
                                                      "malformed",
                                                      "bad_request",
                                                      "unauthorized",
                                                      "forbidden",
                                                      "not_found",
                                                      "already_exists",
                                                      "conflict",
                                                      "expired",
                                                      "too_large",
                                                      "invalid",
                                                      "too_many_requests",
                                                      "server",
                                                      "server_timeout",
                                                      "stream_ended",
                                                      "other"};
static_assert(kind_names.size() == static_cast<std::size_t>(error_kind::other) + 1);

}  // namespace

bool error::has_cause(std::string_view cause_reason) const noexcept {
    return std::ranges::any_of(
        causes, [cause_reason](const status_cause& cause) { return cause.reason == cause_reason; });
}

error malformed(std::string text) {
    return {error_kind::malformed, std::move(text)};
}

std::string_view to_string(error_kind kind) noexcept {
    return kind_names.at(static_cast<std::size_t>(kind));
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
