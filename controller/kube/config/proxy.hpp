// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "net/http_message.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kube {

/// Parses the URL of an HTTP proxy, http://[USER[:PASSWORD]@]HOST[:PORT], also without its scheme, as
/// HTTPS_PROXY may be. The error says what is wrong and quotes nothing of the URL, which may hold a password.
[[nodiscard]] result<std::shared_ptr<const net::http_proxy>> parse_proxy(std::string_view url);

/// Whether NO_PROXY excepts the host: a list, separated by commas, of "*", host names (with their
/// subdomains), ".example.com" (subdomains alone), IP addresses and CIDR blocks, each perhaps with a port.
[[nodiscard]] bool is_excepted(std::string_view no_proxy, const net::endpoint& server);

/// Reads a variable of the environment; null: it is not set.
using environment_reader = std::function<const char*(const char* name)>;

/// The proxy for a server as Go's programs choose it: HTTPS_PROXY or https_proxy, unless NO_PROXY or no_proxy
/// excepts the server, or it is this machine. Null: none.
[[nodiscard]] result<std::shared_ptr<const net::http_proxy>> proxy_from_environment(
    const net::endpoint& server, const environment_reader& variable);

}  // namespace kube
