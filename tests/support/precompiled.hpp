// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What tests include besides controller/precompiled.hpp. They are compiled without optimisation, which a
// precompiled header must share.

#include "../../controller/precompiled.hpp"

#include <doctest/doctest.h>
