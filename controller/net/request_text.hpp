// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/http_client.hpp"

namespace net {

/// The request as it goes over the wire, in one piece, so that a small one leaves in one TLS record and one
/// packet. failure::protocol when a part holds a character that could end a line early.
[[nodiscard]] result<util::secret_bytes> request_text(const request& what, const std::string& authority);

[[nodiscard]] std::string_view to_string(method verb) noexcept;

}  // namespace net
