// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/key_rules.hpp"

#include <string>
#include <string_view>

namespace dockerconfig {

/// A key of `auths` that can match an image, held as it is delivered and as the kubelet stores it.
class registry_key {
 public:
    /// Accepts every key that matches an image for the kubelet, odd ones too (find_key_fault() tells them).
    /// One with a login, a query or percent-encoded characters is delivered as the kubelet stores it.
    /// Errors: never_matches, a key that can be left out; ambiguous and too_long, one that cannot be
    /// delivered.
    [[nodiscard]] static key_result<registry_key> parse(std::string_view written);
    /// The `registry` of a basic-auth source, by the rules of find_registry_fault(). docker.io means Docker
    /// Hub's key.
    [[nodiscard]] static key_result<registry_key> parse_for_basic_auth(std::string_view registry);

    /// As it is delivered: printable ASCII without a login.
    [[nodiscard]] const std::string& written() const noexcept { return written_; }
    /// host[:port][/path], as the kubelet stores it.
    [[nodiscard]] const std::string& stored() const noexcept { return stored_; }
    /// Equal for two keys of one registry, such as `https://reg` and `reg`: stored() without a lone colon,
    /// and index.docker.io instead of docker.io. Both are Docker Hub, and the kubelet looks up
    /// index.docker.io only when nothing else matched: an entry for docker.io hides it.
    [[nodiscard]] std::string claim() const;

    friend bool operator==(const registry_key&, const registry_key&) = default;

 private:
    registry_key(std::string written, std::string stored)
        : written_(std::move(written)), stored_(std::move(stored)) {}

    std::string written_;
    std::string stored_;
};

/// registry_key::claim() of a key in the kubelet's form.
[[nodiscard]] std::string claim_of(std::string stored);

/// Whether a key from outside may appear in a message: it looks like a registry, and holds nothing that looks
/// like a login.
[[nodiscard]] bool is_safe_to_show(std::string_view written) noexcept;

}  // namespace dockerconfig
