// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <functional>
#include <string>

namespace reconcile {

/// A place where a copy may be: a Secret name in a namespace. The unit of work.
struct cell {
    std::string namespace_name;
    std::string secret_name;
    friend auto operator<=>(const cell&, const cell&) = default;
};

struct cell_hash {
    [[nodiscard]] std::size_t operator()(const cell& c) const noexcept {
        const std::hash<std::string> hash;
        return hash(c.namespace_name) * 31 + hash(c.secret_name);
    }
};

}  // namespace reconcile
