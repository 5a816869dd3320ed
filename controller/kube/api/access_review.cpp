// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/access_review.hpp"

#include <string>
#include <utility>

namespace kube {

namespace {

json review_of(const resource& kind, json spec) {
    return {{"apiVersion", kind.group_version}, {"kind", kind.kind}, {"spec", std::move(spec)}};
}

/// status.NAME, if it is a bool.
std::optional<bool> answer_at(const json& review, std::string_view name) {
    const auto* value = member(review, {"status", name});
    if (value == nullptr || !value->is_boolean()) return std::nullopt;
    return value->get<bool>();
}

/// A false value may be left out; a review without a status is no answer.
result<bool> read_answer(const json& review, std::string_view name) {
    if (member(review, "status") == nullptr) return error(error_kind::malformed, "a review without a status");
    return answer_at(review, name).value_or(false);
}

}  // namespace

util::secret_bytes write_token_review(const util::secret_bytes& token) {
    return util::secret_bytes(to_text(review_of(token_reviews, {{"token", token.reveal()}})));
}

result<std::optional<json>> read_token_review(const json& review) {
    const auto authenticated = read_answer(review, "authenticated");
    if (!authenticated) return authenticated.error();
    if (!*authenticated) return std::optional<json>{};
    const auto* user = member(review, {"status", "user"});
    if (user == nullptr || string_at(*user, "username").empty())
        return error(error_kind::malformed, "a TokenReview without a user");
    json known = {{"user", string_at(*user, "username")}};
    for (const auto* name : {"uid", "groups", "extra"}) {
        if (const auto* value = member(*user, name)) known[name] = *value;
    }
    return std::optional(std::move(known));
}

util::secret_bytes write_path_review(const json& user, std::string_view path, std::string_view verb) {
    auto spec = user;
    spec["nonResourceAttributes"] = {{"path", path}, {"verb", verb}};
    return util::secret_bytes(to_text(review_of(subject_access_reviews, std::move(spec))));
}

result<bool> read_access_review(const json& review) {
    const auto allowed = read_answer(review, "allowed");
    if (!allowed) return allowed.error();
    return *allowed && !answer_at(review, "denied").value_or(false);
}

}  // namespace kube
