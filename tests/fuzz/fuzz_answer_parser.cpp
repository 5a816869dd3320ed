// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "net/answer_parser.hpp"

#include <algorithm>
#include <optional>
#include <string>

// An HTTP answer, and what is wrong with it, is the same however its bytes are split, and never longer than
// allowed. The first byte says how they are split.

namespace {

constexpr net::answer_bounds narrow{.header_bytes = 256, .body_bytes = 512};

struct outcome {
    bool has_head = false;
    bool done = false;
    bool keep_alive = false;
    net::response head;
    std::string body;
    std::optional<net::error> failure;
};

/// As a connection does it: what the parser leaves is shown again together with what comes next.
outcome read(std::string_view text, std::size_t piece) {
    net::answer_parser parser(narrow);
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
    all.has_head = parser.has_head();
    all.done = parser.done();
    all.keep_alive = parser.keep_alive();
    all.head = {};
    if (all.has_head) {
        all.head.status = parser.head().status;
        all.head.content_type = parser.head().content_type;
        all.head.retry_after = parser.head().retry_after;
    }
    all.body = std::string(parser.body());
    require(all.body.size() <= narrow.body_bytes, "no body is longer than allowed");
    return all;
}

void require_same(const outcome& one, const outcome& other) {
    require(one.failure.has_value() == other.failure.has_value(), "whether an answer is refused");
    if (one.failure) {
        require(one.failure->phase == other.failure->phase, "for what kind of reason it is refused");
        return;
    }
    require(one.has_head == other.has_head && one.done == other.done, "how much of an answer is there");
    require(one.keep_alive == other.keep_alive, "whether its connection may be used again");
    require(one.head.status == other.head.status && one.head.content_type == other.head.content_type &&
                one.head.retry_after == other.head.retry_after,
            "what its header says");
    require(!one.done || one.body == other.body, "what its body is");
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
