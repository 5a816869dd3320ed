// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/pull_failure.hpp"

#include "util/ascii.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

namespace explain {

namespace {

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(
        words, [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

pull_failure_kind failure_in(std::string_view message) {
    if (has_any(message, {"toomanyrequests", "too many requests"})) return pull_failure_kind::rate_limited;
    if (has_any(message,
                {"unauthorized",
                 "forbidden",
                 "authorization failed",
                 "access denied",
                 "authentication required",
                 "status: 401",
                 "status: 403",
                 "status 401",
                 "status 403",
                 "no basic auth credentials"}))
        return pull_failure_kind::refused;
    if (has_any(message,
                {"no such host",
                 "connection refused",
                 "connection reset",
                 "i/o timeout",
                 "no route to host",
                 "network is unreachable",
                 "x509:",
                 "tls:",
                 "deadline exceeded",
                 "server misbehaving",
                 "gave http response to https client"}))
        return pull_failure_kind::unreachable;
    if (has_any(message, {"not found", "manifest unknown", "name unknown", "does not exist"}))
        return pull_failure_kind::not_found;
    return pull_failure_kind::other;
}

}  // namespace

pull_failure_kind classify_pull_failure(std::string_view reason,
                                        std::string_view message,
                                        std::string_view image) {
    if (reason == "ErrImageNeverPull") return pull_failure_kind::never_pull;
    if (reason == "RegistryUnavailable") return pull_failure_kind::unreachable;
    if (reason == "SignatureValidationFailed" || reason == "ImageInspectError")
        return pull_failure_kind::other;
    if (reason != "ErrImagePull" && reason != "ImagePullBackOff") return pull_failure_kind::none;
    auto text = util::lower(message);
    const auto name = util::lower(image);
    for (auto at = text.find(name); !name.empty() && at != std::string::npos; at = text.find(name, at))
        text.erase(at, name.size());
    return failure_in(text);
}

}  // namespace explain
