// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "util/secret_bytes.hpp"

#include <optional>
#include <string_view>

namespace kube {

inline constexpr resource token_reviews{
    "authentication.k8s.io/v1", "tokenreviews", "TokenReview", false, false};
inline constexpr resource subject_access_reviews{
    "authorization.k8s.io/v1", "subjectaccessreviews", "SubjectAccessReview", false, false};

/// The body of a TokenReview: whose token is it?
[[nodiscard]] util::secret_bytes write_token_review(const util::secret_bytes& token);
/// The user whose token it is, as a review of access takes it; nothing if the API server does not know it.
[[nodiscard]] result<std::optional<json>> read_token_review(const json& review);

/// The body of a SubjectAccessReview: may the user do `verb` to this path, which is no resource?
[[nodiscard]] util::secret_bytes write_path_review(const json& user,
                                                   std::string_view path,
                                                   std::string_view verb);
[[nodiscard]] result<bool> read_access_review(const json& review);

}  // namespace kube
