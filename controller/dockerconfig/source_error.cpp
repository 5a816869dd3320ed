// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/source_error.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>

namespace dockerconfig {

void throw_exception_from_error(const source_error& e, const boost::source_location& where) {
    boost::throw_exception(std::logic_error("unchecked source error: " + e.message), where);
}

}  // namespace dockerconfig
