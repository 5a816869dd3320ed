// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace harness {

/// Whether a check of the test case that runs has failed. An exception that ends it is not counted.
[[nodiscard]] bool current_test_failed() noexcept;

}  // namespace harness
