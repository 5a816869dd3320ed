// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/admin.hpp"

#include <doctest/doctest.h>

namespace harness {

/// For test cases that need a kind of admission policy. Where the API server does not serve it, on_cluster.sh
/// leaves their suite out.
inline const doctest::test_suite needs_validating_policies{"ValidatingAdmissionPolicy"};  // Kubernetes 1.30
inline const doctest::test_suite needs_mutating_policies{"MutatingAdmissionPolicy"};      // Kubernetes 1.36

/// Whether the API server answers a watch with sendInitialEvents; if not, it refuses it with 422.
[[nodiscard]] bool serves_streaming_lists(admin& api);

}  // namespace harness
