// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kube {

/// What kind of failure an answer of the API server is: what a caller decides by.
enum class error_kind {
    no_response,   // connection, TLS or time-out: whether the server acted is in error::maybe_done
    cancelled,     // given up by ourselves (shutdown)
    malformed,     // an answer that is not what the API promises: not JSON, wrong kind, a value over a bound
    bad_request,   // 400
    unauthorized,  // 401
    forbidden,     // 403
    not_found,     // 404
    already_exists,     // 409, reason AlreadyExists
    conflict,           // 409, all others: stale resourceVersion, precondition failed
    expired,            // 410, also as an ERROR event inside a watch; the version is too old
    too_large,          // 413, or an answer over a bound of ours
    invalid,            // 422
    too_many_requests,  // 429
    server,             // 5xx but 504
    server_timeout,     // 504
    stream_ended,       // a watch ended without a fault
    other,              // any other status
};

struct status_cause {
    std::string reason;
    std::string field;
    std::string message;
    friend bool operator==(const status_cause&, const status_cause&) = default;
};

/// A failure as a value. `message` comes from the server and may echo what was sent: it goes to a person only
/// through public_message().
struct error {
    error() : error(error_kind::other, {}) {}  // result::error() of Boost 1.81 asks for one
    error(error_kind k, std::string text) : kind(k), message(std::move(text)) {}

    error_kind kind;
    int code = 0;              // HTTP status; 0 without an answer
    std::string reason;        // metav1.Status.reason
    std::string message;       // metav1.Status.message, or our own text
    std::string details_kind;  // metav1.Status.details.kind: which object a 404 is about
    std::vector<status_cause> causes;
    std::optional<std::chrono::milliseconds> retry_after;  // 0..60 s
    bool maybe_done = false;  // a write that the server may have carried out all the same

    [[nodiscard]] bool has_cause(std::string_view cause_reason) const noexcept;
};

[[nodiscard]] error malformed(std::string text);

/// The enumerator's name.
[[nodiscard]] std::string_view to_string(error_kind kind) noexcept;

/// The message made fit for a log, a condition or an event: one printable line of at most 256 bytes, in which
/// runs of characters that look like an encoded credential are replaced (an admission webhook may echo what
/// it was sent). Without a message, the kind and the HTTP status.
[[nodiscard]] std::string public_message(const error& e);

/// Called by result::value() on an error: a programming error, so it ends in an exception, which names the
/// kind alone.
[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& where);

template <class T>
using result = boost::system::result<T, error>;

}  // namespace kube
