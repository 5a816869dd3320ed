// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/secret_bytes.hpp"

#include "support/freed_memory.hpp"
#include "util/base64.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using util::secret_bytes;

namespace {

const std::string short_text = "CANARY-1";  // fits into the string object itself
const std::string long_text = "CANARY-0123456789-0123456789-0123456789-0123456789";

bool all_zero(const char* bytes, std::size_t size) {
    return std::all_of(bytes, bytes + size, [](char c) { return c == 0; });
}

/// How many of the blocks that the action frees hold a canary.
template <class Action>
int blocks_with_canary(Action action) {
    freed_memory::blocks_with_canary = 0;
    freed_memory::searching = true;
    action();
    freed_memory::searching = false;
    return freed_memory::blocks_with_canary;
}

}  // namespace

TEST_CASE("freed memory never holds secret bytes") {
    CHECK(blocks_with_canary([] { static_cast<void>(std::string(long_text)); }) == 1);
    CHECK(blocks_with_canary([] { const auto destroyed = secret_bytes::copy_of(long_text); }) == 0);
    const std::string longer = long_text + long_text;
    CHECK(blocks_with_canary([&] {
              auto replaced = secret_bytes::copy_of(long_text);
              replaced = secret_bytes::copy_of("other");
              replaced = secret_bytes::copy_of(longer);
          }) == 0);
    CHECK(blocks_with_canary([] {
              std::string text;
              while (text.size() < 5000)
                  util::append_wiping(text, long_text);
              util::reserve_wiping(text, 2 * text.capacity());
              util::wipe(text);
          }) == 0);
    std::string encoded;
    util::append_base64(encoded, long_text);
    CHECK(blocks_with_canary([&] {
              static_cast<void>(util::decode_base64(encoded + "!", util::base64_form::padded));
          }) == 0);
    encoded.pop_back();
    CHECK(blocks_with_canary(
              [&] { static_cast<void>(util::decode_base64(encoded, util::base64_form::padded)); }) == 0);
    CHECK(blocks_with_canary(
              [&] { static_cast<void>(util::decode_base64(encoded, util::base64_form::unpadded)); }) == 0);
}

TEST_CASE("secret_bytes that are moved to themselves stay") {
    auto secret = secret_bytes::copy_of(long_text);
    auto& same = secret;
    secret = std::move(same);
    CHECK(secret.reveal() == long_text);  // NOLINT(bugprone-use-after-move): self-move keeps the bytes
}

TEST_CASE("the constructor of secret_bytes wipes its source") {
    for (const auto& text : {short_text, long_text}) {
        std::string source = text;
        const secret_bytes secret(std::move(source));
        CHECK(secret.reveal() == text);
        CHECK(source.empty());  // NOLINT(bugprone-use-after-move): the constructor promises it
        CHECK(all_zero(source.data(), source.capacity()));
    }
}

TEST_CASE("secret_bytes can be moved and cloned, and not copied") {
    static_assert(!std::is_copy_constructible_v<secret_bytes> && !std::is_copy_assignable_v<secret_bytes>);
    static_assert(!std::is_convertible_v<secret_bytes, std::string> &&
                  !std::is_convertible_v<secret_bytes, std::string_view>);
    for (const auto& text : {short_text, long_text}) {
        auto first = secret_bytes::copy_of(text);
        const auto twin = first.clone();
        secret_bytes second(std::move(first));
        CHECK(second.reveal() == text);
        CHECK(first.empty());  // NOLINT(bugprone-use-after-move)
        secret_bytes third;
        third = std::move(second);
        CHECK(third == twin);
        CHECK(second.empty());  // NOLINT(bugprone-use-after-move)
    }
}

TEST_CASE("secret_bytes are equal when all bytes are equal") {
    const auto bytes = [](std::string_view text) { return secret_bytes::copy_of(text); };
    CHECK(bytes("") == bytes(""));
    CHECK(bytes("abc") == bytes("abc"));
    CHECK_FALSE(bytes("abc") == bytes("abd"));
    CHECK_FALSE(bytes("abc") == bytes("ab"));
    CHECK_FALSE(bytes("") == bytes("a"));
}

TEST_CASE("wipe() overwrites the whole capacity and keeps it") {
    std::string text = long_text;
    text.reserve(200);
    text.resize(text.size() - 10);  // leaves ten bytes of the secret behind the end
    const char* const block = text.data();
    util::wipe(text);
    CHECK(text.empty());
    CHECK(text.data() == block);
    CHECK(all_zero(block, 200));
}

TEST_CASE("append_wiping() keeps the text while it grows") {
    std::string text;
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        util::append_wiping(text, "piece");
        expected += "piece";
    }
    CHECK(text == expected);
    util::append_wiping(text, "");
    CHECK(text == expected);
}

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
