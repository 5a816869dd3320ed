// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/source.hpp"

#include <doctest/doctest.h>

using reconcile::reason_of;

TEST_CASE("a fault has the reason that the condition shows") {
    using enum dockerconfig::source_fault;
    CHECK(reason_of(duplicate_registry) == "DuplicateRegistry");
    CHECK(reason_of(dockerconfig::source_fault::too_large) == "SourceTooLarge");
    for (const auto fault : {unsupported_type,
                             missing_data,
                             not_json,
                             too_deep,
                             wrong_type,
                             too_many_entries,
                             no_entries,
                             bad_key,
                             key_collision,
                             bad_base64,
                             no_colon,
                             bad_username,
                             bad_password,
                             bad_email,
                             token_only,
                             empty_entry,
                             registry_missing,
                             registry_not_allowed,
                             registries_not_allowed,
                             nothing_selected}) {
        CHECK(reason_of(fault) == "SourceInvalid");
    }
}
