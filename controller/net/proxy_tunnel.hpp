// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/http_message.hpp"
#include "util/secret_bytes.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace net {

/// What a proxy is sent to open a tunnel to `target` (CONNECT, RFC 9110 section 9.3.6), with its credentials
/// if there are any.
[[nodiscard]] util::secret_bytes connect_request(const http_proxy& proxy, const endpoint& target);

/// The most that is read of the response.
inline constexpr std::size_t longest_connect_response = 16U * 1024;

/// What `received` says, all that the proxy has sent so far; nothing: more is needed. The error is fit for a
/// log: it has the status, and no other byte that the proxy sent.
[[nodiscard]] std::optional<result<void>> read_connect_response(std::string_view received);

}  // namespace net
