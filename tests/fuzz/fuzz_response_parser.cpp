// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "net/response_parser.hpp"

#include <algorithm>
#include <optional>
#include <string>

// An HTTP answer, and whether it is one, does not depend on how its bytes are split, and it is never longer
// than allowed. The first byte says how they are split.

namespace {

// Beast's bound on the header depends a little on the split, so no input reaches it.
constexpr net::response_limits narrow{.header_bytes = 64U * 1024, .body_bytes = 512};

struct outcome {
    bool done = false;
    bool keep_alive = false;
    net::response head;
    std::string body;
    std::optional<net::error> failure;
};

/// As a connection does it: what the parser leaves is shown again together with what comes next.
outcome read(std::string_view text, std::size_t piece) {
    net::response_parser parser(narrow);
    outcome all;
    std::string pending;
    for (std::size_t at = 0; at < text.size() && !parser.done(); at += piece) {
        pending += text.substr(at, piece);
        const auto used = parser.feed(pending);
        if (!used) {
            all.failure = used.error();
            return all;
        }
        require(*used <= pending.size(), "no more is used than there is");
        pending.erase(0, *used);
    }
    all.done = parser.done();
    all.keep_alive = parser.keep_alive();
    if (parser.has_head()) {
        all.head.status = parser.head().status;
        all.head.content_type = parser.head().content_type;
        all.head.retry_after = parser.head().retry_after;
    }
    all.body = std::string(parser.body());
    require(all.body.size() <= narrow.body_bytes, "no body is longer than allowed");
    return all;
}

/// Of bytes that end before the answer does, one split may show already that it will be refused.
bool is_decided(const outcome& one) {
    return one.done || one.failure.has_value();
}

void require_same(const outcome& one, const outcome& other) {
    if (!is_decided(one) || !is_decided(other)) return;
    require(one.failure.has_value() == other.failure.has_value(), "whether an answer is refused");
    if (one.failure) return;  // of several reasons another may come first
    require(one.keep_alive == other.keep_alive, "whether its connection may be used again");
    require(one.head.status == other.head.status && one.head.content_type == other.head.content_type &&
                one.head.retry_after == other.head.retry_after,
            "what its header says");
    require(one.body == other.body, "what its body is");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto text = text_of(data, size).substr(1);
    const auto whole = read(text, text.size() + 1);
    require_same(whole, read(text, data[0] % 64U + 2U));
    require_same(whole, read(text, 1));
    return 0;
}
