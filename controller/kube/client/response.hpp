// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "net/http_client.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

inline constexpr std::size_t max_object_bytes = 4U * 1024 * 1024;
/// Of one page of a list: some objects of the largest kind. The caller asks again with a smaller limit when a
/// page is longer.
inline constexpr std::size_t max_page_bytes = 8U * 1024 * 1024;

/// The object of a successful response; malformed unless it is of that kind.
[[nodiscard]] result<json> read_object_response(const net::response& response, std::string_view kind);

/// One page of a list of that kind ("SecretList"). A response without kind, resourceVersion or items is
/// malformed, never an empty list.
[[nodiscard]] result<list_page> read_list_response(const net::response& response, std::string_view kind);

/// The server answers a DELETE with a Status, or with the object while finalizers hold it.
[[nodiscard]] result<void> read_delete_response(const net::response& response, std::string_view kind);

/// The failure of a response that is not 2xx: from the Status in its body, from the plain text that the API
/// server sends when it is overloaded or shutting down, and from Retry-After.
[[nodiscard]] error error_from_response(const net::response& response);

/// How long the server asks every client to wait: Retry-After of a 429 or 503, at most 60 s.
[[nodiscard]] std::optional<std::chrono::milliseconds> server_wait(const net::response& response);

/// The text of a Warning header (RFC 7234, 5.5: 299 - "text"), fit for a log. Empty if it is not of that
/// form.
[[nodiscard]] std::string warning_text(std::string_view header);

/// The failure of a request that has no response.
[[nodiscard]] error error_from_net(const net::error& failure);

}  // namespace kube
