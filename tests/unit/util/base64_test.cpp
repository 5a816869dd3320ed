// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/base64.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using util::base64_form;
using util::decode_base64;

namespace {

std::string encoded(std::string_view bytes) {
    std::string text;
    util::append_base64(text, bytes);
    return text;
}

std::optional<std::string> decoded(std::string_view text, base64_form form) {
    const auto bytes = decode_base64(text, form);
    return bytes ? std::optional{std::string(bytes->reveal())} : std::nullopt;
}

constexpr auto refused = std::nullopt;

}  // namespace

TEST_CASE("the test vectors of RFC 4648 are encoded and decoded") {
    struct example {
        const char* bytes;
        const char* text;
    };
    constexpr example table[] = {{"", ""},
                                 {"f", "Zg=="},
                                 {"fo", "Zm8="},
                                 {"foo", "Zm9v"},
                                 {"foob", "Zm9vYg=="},
                                 {"fooba", "Zm9vYmE="},
                                 {"foobar", "Zm9vYmFy"}};
    for (const auto& row : table) {
        CHECK(encoded(row.bytes) == row.text);
        CHECK(decoded(row.text, base64_form::canonical) == row.bytes);
        CHECK(decoded(row.text, base64_form::padded) == row.bytes);
        CHECK(util::base64_length(std::string_view(row.bytes).size()) == std::string_view(row.text).size());
    }
}

TEST_CASE("every byte at every position is encoded and decoded") {
    for (std::size_t length = 1; length <= 4; ++length) {
        for (int byte = 0; byte < 256; ++byte) {
            for (std::size_t at = 0; at < length; ++at) {
                std::string bytes(length, 'x');
                bytes[at] = static_cast<char>(byte);
                CHECK(decoded(encoded(bytes), base64_form::canonical) == bytes);
            }
        }
    }
}

TEST_CASE("the three forms differ in padding, line breaks and unused bits only") {
    struct example {
        const char* name;
        const char* text;
        std::optional<std::string> canonical;
        std::optional<std::string> padded;
        std::optional<std::string> unpadded;
    };
    const example table[] = {
        {"whole quanta", "Zm9v", "foo", "foo", "foo"},
        {"padded", "Zm8=", "fo", "fo", refused},
        {"unpadded", "Zm8", refused, refused, "fo"},
        {"half padded", "Zg=", refused, refused, refused},
        {"one digit alone", "Z", refused, refused, refused},
        {"one digit and padding", "Z===", refused, refused, refused},
        {"padding alone", "====", refused, refused, refused},
        {"two characters of padding alone", "==", refused, refused, refused},
        {"padding after whole quanta", "Zm9v====", refused, refused, refused},
        {"too much padding", "Zm8==", refused, refused, refused},
        {"text after the padding", "Zg==Zg==", refused, refused, refused},
        {"padding in the middle", "Z=g=", refused, refused, refused},
        {"unused bits set, one byte", "Zh==", refused, "f", refused},
        {"unused bits set, two bytes", "Zm9=", refused, "fo", refused},
        {"unused bits set, unpadded", "Zm9", refused, refused, "fo"},
        {"a line break inside", "Zm\n9v", refused, "foo", "foo"},
        {"line breaks round the padding", "Zg\r\n=\n=\r\n", refused, "f", refused},
        {"a line break alone", "\n", refused, "", ""},
        {"a space", "Zm9v ", refused, refused, refused},
        {"a tab", "Zm\t9v", refused, refused, refused},
        {"the URL alphabet", "_-9v", refused, refused, refused},
        {"the standard alphabet's last digits", "/+9v", "\xff\xef\x6f", "\xff\xef\x6f", "\xff\xef\x6f"},
        {"a byte beyond ASCII", "Zm9\xc3", refused, refused, refused},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        CHECK(decoded(row.text, base64_form::canonical) == row.canonical);
        CHECK(decoded(row.text, base64_form::padded) == row.padded);
        CHECK(decoded(row.text, base64_form::unpadded) == row.unpadded);
    }
}

TEST_CASE("a NUL byte is not a digit") {
    CHECK_FALSE(decode_base64(std::string_view("Zm\0v", 4), base64_form::padded));
}

TEST_CASE("append_base64() does not move a text with enough capacity") {
    const std::string bytes(1000, 'x');
    std::string text = "head";
    text.reserve(text.size() + util::base64_length(bytes.size()));
    const auto* before = text.data();
    util::append_base64(text, bytes);
    CHECK(text.data() == before);
    CHECK(text.size() == 4 + util::base64_length(1000));
}
