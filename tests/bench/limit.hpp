// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figures.hpp"
#include "test_bed.hpp"

namespace bench {

/// What the API server can take, with the controller's rights and no controller: the same Secrets in the same
/// namespaces. One round.
void measure_limit(test_bed& bed, figures& into);

/// A round whose figures are thrown away: the server's caches are cold before it.
void warm_up(test_bed& bed);

}  // namespace bench
