// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/error.hpp"

#include <stdexcept>

namespace net {

std::string_view to_string(failure phase) noexcept {
    switch (phase) {
        case failure::resolve:
            return "resolve";
        case failure::connect:
            return "connect";
        case failure::tls:
            return "tls";
        case failure::write:
            return "write";
        case failure::read:
            return "read";
        case failure::protocol:
            return "protocol";
        case failure::too_large:
            return "too_large";
        case failure::ended:
            return "ended";
        case failure::cancelled:
            return "cancelled";
    }
    return "unknown";
}

void throw_exception_from_error(const error& e, const boost::source_location& where) {
    throw std::logic_error("value of a failed net::result (" + std::string(to_string(e.phase)) + ") at " +
                           where.to_string());
}

}  // namespace net
