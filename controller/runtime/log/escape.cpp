// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/escape.hpp"

#include "kube/json.hpp"

#include <algorithm>

namespace runtime {

namespace {

bool needs_no_escape(char c) noexcept {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

}  // namespace

void append_json_escaped(std::string& to, std::string_view text) {
    if (std::ranges::all_of(text, needs_no_escape)) {
        to += text;
        return;
    }
    constexpr bool ascii_only = true;
    const std::string quoted =
        kube::json(std::string(text)).dump(-1, ' ', ascii_only, kube::json::error_handler_t::replace);
    to += std::string_view(quoted).substr(1, quoted.size() - 2);
}

}  // namespace runtime
