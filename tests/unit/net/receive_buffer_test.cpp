// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/receive_buffer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

void put(net::receive_buffer& buffer, std::string_view bytes) {
    const auto room = buffer.prepare();
    REQUIRE(room.size() >= bytes.size());
    std::ranges::copy(bytes, room.begin());
    buffer.commit(bytes.size());
}

}  // namespace

TEST_CASE("pending bytes stay in front of the next ones") {
    net::receive_buffer buffer;
    CHECK(buffer.pending().empty());
    put(buffer, "abcdef");
    buffer.consume(4);
    put(buffer, "gh");
    CHECK(buffer.pending() == "efgh");
    buffer.consume(4);
    CHECK(buffer.pending().empty());
}

TEST_CASE("prepare() always has space for a whole TLS record") {
    net::receive_buffer buffer;
    const std::string record(16U * 1024, 'x');
    for (int i = 1; i <= 4; ++i) {
        put(buffer, record);
        CHECK(buffer.pending().size() == record.size() * static_cast<std::size_t>(i));
    }
    CHECK(buffer.pending().find_first_not_of('x') == std::string_view::npos);
}

TEST_CASE("all bytes are wiped when all are consumed, even the ones that were moved") {
    net::receive_buffer buffer;
    put(buffer, "CANARY-CANARY-CANARY");
    buffer.consume(15);
    put(buffer, "");  // moves the rest to the front
    buffer.consume(5);
    const auto room = buffer.prepare();
    CHECK(std::ranges::all_of(room.first(64), [](char c) { return c == 0; }));
}
