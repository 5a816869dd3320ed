// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/docker_config.hpp"
#include "unit/dockerconfig/docker_builders.hpp"

#include <string>
#include <vector>

/// Texts of docker configs, and what is read from one.
namespace build {

inline constexpr auto json = dockerconfig::docker_config_form::config_json;
inline constexpr auto cfg = dockerconfig::docker_config_form::cfg;

inline std::vector<std::string> shown(
    const dockerconfig::source_result<dockerconfig::docker_config>& config) {
    std::vector<std::string> all;
    if (config.has_error()) return {"error: " + config.error().message};
    for (const auto& entry : *config) {
        all.push_back(entry.content ? shown(*entry.content)
                                    : "error: " + entry.label() + ": " + entry.content.error().message);
    }
    return all;
}

inline std::string in_auths(const std::string& entries) {
    return R"({"auths":{)" + entries + "}}";
}

inline std::string quay(const std::string& fields) {
    return in_auths(R"("quay.io":{)" + fields + "}");
}

}  // namespace build
