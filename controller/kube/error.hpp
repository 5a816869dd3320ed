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

/// The kinds of failure that callers tell apart.
enum class error_kind {
    no_response,     // connection, TLS or timeout: the server may have carried out a write all the same
    cancelled,       // by client::close()
    malformed,       // the response breaks the API's contract: not JSON, another kind, a value over a bound
    bad_request,     // 400
    unauthorized,    // 401
    forbidden,       // 403
    not_found,       // 404
    already_exists,  // 409, reason AlreadyExists
    conflict,        // other 409: an old resourceVersion, a failed precondition
    expired,         // 410, also as an ERROR event of a watch: the resourceVersion is too old
    too_large,       // 413, or the response is larger than the client reads
    invalid,         // 422
    too_many_requests,  // 429
    server,             // 5xx other than 504
    server_timeout,     // 504
    stream_ended,       // the regular end of a watch
    other,              // any other status
};

struct status_cause {
    std::string reason;
    std::string field;
    std::string message;
    friend bool operator==(const status_cause&, const status_cause&) = default;
};

/// A failure as a value. `message` may come from the server and quote the request: show it to users only
/// through public_message().
struct error {
    error() : error(error_kind::other, {}) {}  // Boost 1.81's result::error() needs it
    error(error_kind k, std::string text) : kind(k), message(std::move(text)) {}

    error_kind kind;
    int code = 0;              // HTTP status; 0 without a response
    std::string reason;        // metav1.Status.reason
    std::string message;       // metav1.Status.message, or the client's own text
    std::string details_kind;  // metav1.Status.details.kind: what a 404 did not find
    std::vector<status_cause> causes;
    std::optional<std::chrono::milliseconds> retry_after;  // 0..60 s

    [[nodiscard]] bool has_cause(std::string_view cause_reason) const noexcept;
};

[[nodiscard]] error malformed(std::string text);

/// The enumerator's name.
[[nodiscard]] std::string_view to_string(error_kind kind) noexcept;

/// The message for a log, a condition or an Event: one printable line of at most 256 bytes without runs of
/// characters that look like an encoded credential, because an admission webhook may quote the object. The
/// kind and the HTTP status when there is no message.
[[nodiscard]] std::string public_message(const error& e);

/// Called by result::value() on an error, which is a programming error: throws std::logic_error, which names
/// only the kind.
[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& location);

template <class T>
using result = boost::system::result<T, error>;

}  // namespace kube
