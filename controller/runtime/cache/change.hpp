// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace runtime {

enum class change_kind { added, modified, deleted };

/// What a store learned about one object.
template <class T>
struct change {
    change_kind kind;
    std::shared_ptr<const T> before;  // the state known until now; null if added
    std::shared_ptr<const T> after;   // null if deleted
    bool missed = false;  // found by comparing a complete view: no watch event told, though one should have
};

}  // namespace runtime
