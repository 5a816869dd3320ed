// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace reconcile {

/// The status, reason and message of a condition.
struct condition_value {
    bool is_true = true;
    std::string_view reason;
    std::string message;
};

}  // namespace reconcile
