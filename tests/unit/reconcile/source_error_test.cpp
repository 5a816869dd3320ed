// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/source_error.hpp"

#include <doctest/doctest.h>

using reconcile::source_error;
using reconcile::source_fault;

TEST_CASE("a fault has the reason that the condition shows") {
    CHECK(source_error(source_fault::duplicate_registry, "").reason() == "DuplicateRegistry");
    CHECK(source_error(source_fault::too_large, "").reason() == "SourceTooLarge");
    CHECK(source_error(source_fault::bad_base64, "").reason() == "SourceInvalid");
    CHECK(source_error(source_fault::key_collision, "").reason() == "SourceInvalid");
    CHECK(source_error(source_fault::nothing_selected, "").reason() == "SourceInvalid");
}
