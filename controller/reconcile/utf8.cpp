// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/utf8.hpp"

#include "kube/utf8.hpp"

namespace reconcile {

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const auto next = kube::utf8_at(text.substr(at));
        if (!next.valid) return at;
        at += next.length;
    }
    return std::nullopt;
}

}  // namespace reconcile
