// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "util/base64.hpp"

#include <optional>
#include <string>

// Encoding and decoding undo each other, and decoding agrees with a slow one that works on single bits.

namespace {

using util::base64_form;

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::string> slow_decode(std::string_view text, base64_form form) {
    std::string kept;
    for (const char c : text) {
        if (form == base64_form::canonical || (c != '\r' && c != '\n')) kept += c;
    }
    if (form != base64_form::unpadded) {
        if (kept.size() % 4 != 0) return std::nullopt;
        for (int i = 0; i < 2 && kept.ends_with('='); ++i)
            kept.pop_back();
    }
    if (kept.size() % 4 == 1) return std::nullopt;
    std::string bits;
    for (const char c : kept) {
        const auto digit = digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        for (unsigned shift = 6; shift-- > 0;)
            bits += (digit >> shift & 1U) != 0 ? '1' : '0';
    }
    std::string bytes;
    std::size_t at = 0;
    for (; at + 8 <= bits.size(); at += 8)
        bytes += static_cast<char>(std::stoul(bits.substr(at, 8), nullptr, 2));
    if (form == base64_form::canonical && bits.find('1', at) != std::string::npos) return std::nullopt;
    return bytes;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    for (const auto form : {base64_form::canonical, base64_form::padded, base64_form::unpadded}) {
        const auto fast = util::decode_base64(text, form);
        const auto slow = slow_decode(text, form);
        require(fast.has_value() == slow.has_value(), "both decoders take the same texts");
        require(!fast || fast->reveal() == *slow, "both decoders give the same bytes");
        if (!fast || form != base64_form::canonical) continue;
        std::string again;
        util::append_base64(again, fast->reveal());
        require(again == text, "a canonical text is the only one for its bytes");
    }
    std::string encoded;
    util::append_base64(encoded, text);
    require(encoded.size() == util::base64_length(size), "the length is known before");
    const auto decoded = util::decode_base64(encoded, base64_form::canonical);
    require(decoded && decoded->reveal() == text, "what is encoded decodes to the same bytes");
    return 0;
}
