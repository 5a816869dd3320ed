// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "net/http_client.hpp"

namespace kube {

/// Whether the request could change something, for error::maybe_done.
enum class access { read, write };

/// The failure that an answer which is not 2xx tells: from a Status in its body, from the short texts that
/// the API server sends instead when it is overloaded or stopping, and from Retry-After.
[[nodiscard]] error error_from_response(const net::response& answer, access kind);

/// The failure when there is no answer.
[[nodiscard]] error error_from_net(const net::error& why, access kind);

}  // namespace kube
