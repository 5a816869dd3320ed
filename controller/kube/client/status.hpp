// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/json.hpp"

namespace kube {

/// The failure that a metav1.Status describes. `http_code` is the response's, or 0 for an ERROR event of a
/// watch, where only the Status counts: the response to the watch was 200 and the Status in it says 410 (with
/// the reason Expired, or Gone from old servers). JSON of another kind under a failing `http_code` gives that
/// code's kind without a message; malformed when neither holds a failing code.
[[nodiscard]] error error_from_status(const json& status, int http_code);

/// The kind for an HTTP status of 400 or more. `reason` tells AlreadyExists from Conflict under 409.
[[nodiscard]] error_kind kind_of_code(int code, std::string_view reason) noexcept;

}  // namespace kube
