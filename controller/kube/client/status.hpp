// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/json.hpp"

namespace kube {

/// The failure that a metav1.Status describes. `http_code` is the answer's, or 0 for an ERROR event of a
/// watch, where the Status alone counts: a watch answers 200 and says 410 inside (its reason is Expired, or
/// Gone on old servers). Any other JSON under a failing `http_code` gives the kind of that code with no
/// message of the server; without a failing code anywhere, malformed. error::maybe_done is for the caller to
/// set, who knows the verb.
[[nodiscard]] error error_from_status(const json& status, int http_code);

/// The kind for an HTTP status of 400 and more; `reason` tells the two of 409 apart.
[[nodiscard]] error_kind kind_of_code(int code, std::string_view reason) noexcept;

}  // namespace kube
