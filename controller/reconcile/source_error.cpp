// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/source_error.hpp"

#include "reconcile/reasons.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>

namespace reconcile {

std::string_view source_error::reason() const noexcept {
    switch (fault) {
        case source_fault::too_large:
            return reasons::source_too_large;
        case source_fault::duplicate_registry:
            return reasons::duplicate_registry;
        default:
            return reasons::source_invalid;
    }
}

void throw_exception_from_error(const source_error& e, const boost::source_location& where) {
    boost::throw_exception(std::logic_error("unchecked source error: " + e.message), where);
}

}  // namespace reconcile
