// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_client.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kube {

struct server_url {
    net::endpoint server;
    std::string path_prefix;  // of every request, for servers behind a proxy: without a slash at the end
};

/// Reads https://host[:port][/path]. Nothing for any other scheme, for user info, a query or a fragment.
[[nodiscard]] std::optional<server_url> parse_server_url(std::string_view text);

/// 1 to 65535, digits only.
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace kube
