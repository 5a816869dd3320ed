// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/digest.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_CASE("equal bytes have equal digests, and other bytes have other digests") {
    CHECK(util::digest_of("CANARY") == util::digest_of(std::string("CANARY")));
    CHECK(util::digest_of("CANARY") != util::digest_of("CANARZ"));
    CHECK(util::digest_of("") != util::digest_of("a"));
    CHECK(util::digest_of("") == util::digest_of({}));
}

TEST_CASE("the digest is not the plain SHA-256") {
    const util::keyed_digest sha256_of_nothing{
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
        0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
    CHECK(util::digest_of("") != sha256_of_nothing);
    CHECK(util::digest_of("") != util::keyed_digest{});
}

TEST_CASE("the key of the digest is not zero") {
    const util::keyed_digest hmac_of_nothing_with_zeros{
        0xb6, 0x13, 0x67, 0x9a, 0x08, 0x14, 0xd9, 0xec, 0x77, 0x2f, 0x95, 0xd7, 0x78, 0xc3, 0x5f, 0xc5,
        0xff, 0x16, 0x97, 0xc4, 0x93, 0x71, 0x56, 0x53, 0xc6, 0xc7, 0x12, 0x14, 0x42, 0x92, 0xc5, 0xad};
    CHECK(util::digest_of("") != hmac_of_nothing_with_zeros);
}
