// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/status_error.hpp"

#include "kube/client/retry_after.hpp"
#include "kube/client/status.hpp"
#include "util/printable.hpp"

namespace kube {

namespace {

constexpr std::size_t text_bytes = 256;
constexpr json_bounds status_bounds{.bytes = 1024U * 1024, .depth = 32, .values = 10'000};

bool is_of_type(const net::response& answer, std::string_view type) {
    const std::string_view given = answer.content_type;
    return given.starts_with(type) && (given.size() == type.size() || given[type.size()] == ';');
}

/// Of an answer whose body is no Status. Only a plain text is shown: an HTML page is a proxy's, not the API
/// server's.
error error_without_status(const net::response& answer) {
    const auto code = static_cast<int>(answer.status);
    error failure(kind_of_code(code, ""), "");
    failure.code = code;
    if (is_of_type(answer, "text/plain")) failure.message = util::one_line(answer.body.reveal(), text_bytes);
    if (failure.message.empty()) failure.message = "HTTP " + std::to_string(code) + " without a Status";
    return failure;
}

error error_of_body(const net::response& answer) {
    if (!is_of_type(answer, "application/json")) return error_without_status(answer);
    const auto document = parse_bounded(answer.body.reveal(), status_bounds);
    if (!document || string_at(*document, "kind") != "Status") return error_without_status(answer);
    return error_from_status(*document, static_cast<int>(answer.status));
}

error_kind kind_of_failure(net::failure phase) {
    switch (phase) {
        case net::failure::resolve:
        case net::failure::connect:
        case net::failure::tls:
        case net::failure::write:
        case net::failure::read:
            return error_kind::no_response;
        case net::failure::protocol:
            return error_kind::malformed;
        case net::failure::too_large:
            return error_kind::too_large;
        case net::failure::ended:
            return error_kind::stream_ended;
        case net::failure::cancelled:
            return error_kind::cancelled;
    }
    return error_kind::no_response;
}

}  // namespace

error error_from_response(const net::response& answer, access kind) {
    if (answer.status < 400) {  // an answer that no request of ours asks for, such as 206
        error odd(error_kind::malformed,
                  "HTTP " + std::to_string(answer.status) + " where it makes no sense");
        odd.code = static_cast<int>(answer.status);
        odd.maybe_done = kind == access::write;
        return odd;
    }
    auto failure = error_of_body(answer);
    if (answer.retry_after) {
        const auto wait = parse_retry_after(*answer.retry_after, answer.date.value_or(""));
        if (wait) failure.retry_after = wait;
    }
    // The server gave up waiting for its own work, or failed somewhere inside it: the work may have been
    // done.
    failure.maybe_done = kind == access::write && answer.status >= 500;
    return failure;
}

error error_from_net(const net::error& why, access kind) {
    error failure(kind_of_failure(why.phase), why.what);
    failure.maybe_done = kind == access::write && why.sent;
    return failure;
}

}  // namespace kube
