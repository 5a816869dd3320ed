// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/state/reasons.hpp"
#include "runtime/object_key.hpp"

#include <cstddef>
#include <string_view>

namespace reconcile {

/// How messages name what the controller removes from one kind of object.
struct removal_words {
    std::string_view kind;     // "Secret"
    std::string_view held;     // of an object that is not changed yet: "not deleted yet"
    std::string_view removes;  // what regcred does in the end: "deletes the Secrets"
};

/// The deletion guard holds a removal. `objects`: of this kind that are known.
[[nodiscard]] cause held_by_guard(const removal_words& words,
                                  const runtime::object_key& key,
                                  std::size_t objects,
                                  const deletion_guard& guard);

/// Another writer keeps changing the object. `what`: which part of the object, and its kind.
[[nodiscard]] cause contended(std::string_view what, const runtime::object_key& key);

}  // namespace reconcile
