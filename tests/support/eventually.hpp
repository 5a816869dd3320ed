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

/// What was awaited did not come; the text tells what was there instead.
class timed_out : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

/// Looks every 20 ms until `missing()` returns an empty text. Otherwise it says what is there instead, for
/// the text of timed_out.
void eventually(std::string_view what,
                const std::function<std::string()>& missing,
                std::chrono::milliseconds limit = patience);

}  // namespace harness
