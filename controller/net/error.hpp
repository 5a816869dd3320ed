// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace net {

/// The phase of an exchange that failed. See error::sent for whether the peer may have seen the request.
enum class failure {
    resolve,    // the name has no address
    connect,    // no TCP connection
    tls,        // no handshake, or the peer's certificate was refused
    write,      // the request could not be sent completely
    read,       // no response, or the connection ended inside it
    protocol,   // not HTTP/1.1, or a response that is not accepted (redirect, Content-Encoding)
    too_large,  // the response is longer than the caller allows
    ended,      // a stream ended cleanly: not a fault
    cancelled,  // the caller cancelled or closed (shutdown)
};

[[nodiscard]] constexpr std::string_view to_string(failure phase) noexcept {
    constexpr std::string_view names[] = {
        "resolve", "connect", "tls", "write", "read", "protocol", "too_large", "ended", "cancelled"};
    static_assert(std::size(names) == static_cast<std::size_t>(failure::cancelled) + 1);
    return names[static_cast<std::size_t>(phase)];
}

/// Why there is no response. `what` may be logged: it names the peer and the phase, never a byte of a body.
struct error {
    error() = default;  // boost::system::result::error() needs it
    error(failure phase_failed, std::string text, bool timed_out = false, bool request_sent = false)
        : phase(phase_failed), what(std::move(text)), timeout(timed_out), sent(request_sent) {}

    failure phase = failure::read;
    std::string what;
    bool timeout = false;  // a deadline passed; neither the peer nor the kernel reported an error
    bool sent = false;     // at least one byte of the request left: the peer may have acted on it
};

/// result::value() calls it on an error. To ask for a value that is not there is a programming error.
[[noreturn]] inline void throw_exception_from_error(const error& e, const boost::source_location& where) {
    throw std::logic_error("value of a failed net::result (" + std::string(to_string(e.phase)) + ") at " +
                           where.to_string());
}

template <class T>
using result = boost::system::result<T, error>;

}  // namespace net
