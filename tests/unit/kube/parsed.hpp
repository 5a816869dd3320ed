// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/json.hpp"

#include <doctest/doctest.h>

#include <string_view>

/// Parses a document of the test itself.
inline kube::json parsed(std::string_view text) {
    auto document = kube::parse_bounded(text, {});
    REQUIRE_MESSAGE(document.has_value(), text);
    return std::move(*document);
}
