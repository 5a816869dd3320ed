// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/secret_bytes.hpp"

#include <string>

namespace net {

/// What a TLS client trusts and shows. There is no way to switch verification off.
struct tls_config {
    std::string ca_pem;  // one or more certificates; empty: the system's trust store
    std::string
        server_name;  // verified (and sent as SNI if a name) instead of the endpoint's host; empty: the host
    std::string client_certificate;  // PEM chain; empty: none
    util::secret_bytes client_key;   // PEM
};

}  // namespace net
