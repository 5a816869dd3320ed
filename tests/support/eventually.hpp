// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace harness {

inline constexpr std::chrono::seconds patience{120};

/// The condition was not met in time; the text says what was seen instead.
class timed_out : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

/// Looks every 20 ms until `missing()` returns an empty text. Until then it returns what is seen instead,
/// for the text of timed_out.
void wait_until(std::string_view condition,
                const std::function<std::string()>& missing,
                std::chrono::milliseconds limit = patience);

/// The same for what the cluster does: what came about only now is a change, noted as the last one.
void eventually(std::string_view condition,
                const std::function<std::string()>& missing,
                std::chrono::milliseconds limit = patience);

}  // namespace harness
