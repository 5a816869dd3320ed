// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace net {

/// The phase of an exchange that failed. What may have reached the peer follows from it: see error::sent.
enum class failure {
    resolve,    // the name has no address
    connect,    // no TCP connection
    tls,        // no handshake, or the peer's certificate was refused
    write,      // the request could not be sent whole
    read,       // no answer, or the connection ended inside it
    protocol,   // what came is not HTTP/1.1, or not an answer that is accepted (redirect, Content-Encoding)
    too_large,  // the answer is longer than the caller allows
    ended,      // a stream of events ended cleanly: not a fault
    cancelled,  // the caller gave up (shutdown)
};

/// Why there is no answer. `what` is fit for a log: it names the peer and the phase, never a byte of a body.
struct error {
    error() = default;  // boost::system::result::error() asks for it
    error(failure phase_failed, std::string text, bool timed_out = false, bool request_sent = false)
        : phase(phase_failed), what(std::move(text)), timeout(timed_out), sent(request_sent) {}

    failure phase = failure::read;
    std::string what;
    bool timeout = false;  // a deadline passed, rather than the peer or the kernel saying no
    bool sent = false;     // at least one byte of the request left: the peer may have acted on it
};

[[nodiscard]] std::string_view to_string(failure phase) noexcept;

/// Called by result::value() on an error: a programming error, so it ends in an exception.
[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& where);

template <class T>
using result = boost::system::result<T, error>;

}  // namespace net
