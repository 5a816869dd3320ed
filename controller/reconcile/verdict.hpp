// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace reconcile {

/// What a condition is to say.
struct verdict {
    bool good = true;
    std::string_view reason;
    std::string message;
};

}  // namespace reconcile
