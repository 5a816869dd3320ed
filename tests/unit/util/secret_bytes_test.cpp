// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/secret_bytes.hpp"

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

}  // namespace

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
