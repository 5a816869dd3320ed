// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/registry_key.hpp"

#include <string_view>

namespace dockerconfig {

/// The host of a registry key, in views of the text that was parsed.
struct registry_host {
    std::string_view name;  // an IPv6 address in its brackets
    std::string_view port;  // empty: none
    bool is_ipv6 = false;
};

/// host, host:port or [IPv6]:port. Labels of letters, digits, - _ and `*`, lower case; a port from 1 to 65535
/// without leading zeros, since the kubelet compares ports as text.
[[nodiscard]] key_result<registry_host> parse_registry_host(std::string_view host);

}  // namespace dockerconfig
