// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_flags.hpp"

#include <doctest/doctest.h>

TEST_CASE("the address of /metrics with TLS needs a certificate and a key, and they need it") {
    CHECK(fault_of({}).empty());
    CHECK(fault_of({.host = "::", .port = 1, .certificate_file = "c", .key_file = "k"}).empty());
    CHECK_FALSE(fault_of({.host = "::", .port = 1, .certificate_file = "c", .key_file = ""}).empty());
    CHECK_FALSE(fault_of({.host = "::", .port = 1, .certificate_file = "", .key_file = "k"}).empty());
    CHECK_FALSE(fault_of({.host = "", .port = 0, .certificate_file = "c", .key_file = ""}).empty());
    CHECK_FALSE(fault_of({.host = "", .port = 0, .certificate_file = "", .key_file = "k"}).empty());
}
