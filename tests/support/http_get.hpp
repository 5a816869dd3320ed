// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace harness {

struct plain_answer {
    unsigned status = 0;
    std::string body;
};

/// One plain HTTP GET of a program on this machine. Nothing when it does not answer.
[[nodiscard]] std::optional<plain_answer> http_get(std::uint16_t port, const std::string& path);

}  // namespace harness
