// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dockerconfig {

/// The `registries` of a source: which keys of a docker config it takes.
class registry_filter {
 public:
    /// Without globs every key matches.
    explicit registry_filter(const std::vector<std::string>& globs);

    /// Whether a glob matches the key as written or in the kubelet's form. One that is a key of Docker Hub,
    /// such as docker.io, matches all of them.
    [[nodiscard]] bool matches(std::string_view written) const;
    /// The globs that match none of these keys.
    [[nodiscard]] std::vector<std::string> unmatched(const std::vector<std::string_view>& keys) const;

 private:
    struct glob {
        std::string text;
        bool is_docker_hub = false;  // it is one of its keys
    };
    struct key {
        explicit key(std::string_view text);
        std::string_view written;
        std::string stored;
        bool is_docker_hub;
    };

    [[nodiscard]] static bool is_match(const glob& glob, const key& key);

    std::vector<glob> globs_;
};

}  // namespace dockerconfig
