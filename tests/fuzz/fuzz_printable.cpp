// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "util/utf8.hpp"

#include <algorithm>

// Whatever a server says becomes one short line of valid UTF-8.

namespace {

void check_line(std::string_view line, std::size_t most) {
    require(line.size() <= most, "a line keeps its bound");
    require(std::ranges::none_of(line, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }),
            "a line has no controls");
    require(kube::json::accept(kube::json(line).dump()),
            "a line is valid UTF-8");  // dump() throws if it is not
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    const auto most = size % 300;
    const auto line = util::one_line(text, most);
    check_line(line, most);
    require(util::one_line(line, most) == line, "a line stays as it is");
    check_line(public_message(kube::error(kube::error_kind::other, std::string(text))), 256);
    const auto prefix = util::utf8_prefix(text, most);
    require(prefix.size() <= most && text.starts_with(prefix), "a prefix is the beginning");
    require(text.size() <= most || prefix.size() + 4 > most, "a prefix loses one character at the most");
    return 0;
}
