// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "kube/client/status_error.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "net/http_client.hpp"

#include <cstddef>
#include <string_view>

namespace kube {

inline constexpr std::size_t object_bytes = 4U * 1024 * 1024;
/// Of a list's page: some objects of the largest kind. A page that is longer is asked for again with fewer.
inline constexpr std::size_t page_bytes = 8U * 1024 * 1024;

/// One object of that kind; malformed when a success brings anything else.
[[nodiscard]] result<json> read_object_answer(const net::response& answer, std::string_view kind, access by);

/// One page of a list of that kind ("SecretList"). Never an empty list for an answer that is not a whole one:
/// no kind, no resourceVersion or no items is malformed.
[[nodiscard]] result<list_page> read_list_answer(const net::response& answer, std::string_view kind);

/// A DELETE is answered with a Status, or with the object when its deletion only begins.
[[nodiscard]] result<void> read_removal_answer(const net::response& answer, std::string_view kind);

}  // namespace kube
