// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/canary.hpp"

#include "support/base64.hpp"

namespace harness {

namespace {

/// What every base64 text that encodes `inner` somewhere inside holds, for each of the three offsets: the
/// characters that depend on `inner` alone.
std::vector<std::string> encoded_forms(std::string_view inner) {
    std::vector<std::string> forms;
    for (std::size_t offset = 0; offset < 3; ++offset) {
        const auto skipped = (3 - offset) % 3;  // bytes that share a group with what stands before
        const auto whole = (inner.size() - skipped) / 3 * 3;
        forms.push_back(to_base64(inner.substr(skipped, whole)));
    }
    return forms;
}

std::vector<std::string> all_forms() {
    std::vector<std::string> forms{std::string(canary)};
    for (const auto& once : encoded_forms(canary)) {
        forms.push_back(once);
        for (auto& twice : encoded_forms(once))
            forms.push_back(std::move(twice));
    }
    return forms;
}

}  // namespace

std::string find_canary(std::string_view text) {
    static const auto forms = all_forms();
    for (const auto& form : forms) {
        if (text.find(form) != std::string_view::npos) return form;
    }
    return {};
}

}  // namespace harness
