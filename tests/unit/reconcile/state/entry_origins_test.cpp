// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/entry_origins.hpp"

#include <doctest/doctest.h>

using reconcile::entry_origins;
using reconcile::read_origins;
using reconcile::write_origins;

TEST_CASE("write_origins lists the keys of each source, and read_origins reads them back") {
    const entry_origins origins{{"https://index.docker.io/v1/", {.uid = "uid-a", .source = "hub"}},
                                {"localhost:5000", {.uid = "uid-a", .source = "hub"}},
                                {"*.example.com/team/app", {.uid = "uid-a", .source = "other"}},
                                {"[2001:db8::1]:443", {.uid = "uid-b", .source = "hub"}}};
    const auto text = write_origins(origins);
    CHECK(text ==
          "uid-a/hub=https://index.docker.io/v1/,localhost:5000;"
          "uid-a/other=*.example.com/team/app;uid-b/hub=[2001:db8::1]:443");
    CHECK(read_origins(text) == origins);
    CHECK(write_origins({}).empty());
    CHECK(read_origins("").empty());
}

TEST_CASE("read_origins skips what has another form, since tenants can write any text") {
    for (const auto* text :
         {"=", ";;;", "no owner", "uid=key", "/=", "=key", "uid/source", "uid/source=", ",,"})
        CHECK_MESSAGE(read_origins(text).empty(), text);
    const entry_origins one{{"quay.io", {.uid = "u", .source = "s"}}};
    CHECK(read_origins("x;u/s=quay.io;;y=z") == one);
    CHECK(read_origins("u/s=,quay.io,,") == one);
    CHECK(read_origins("u/s=quay.io;other/s=quay.io") == one);
}

TEST_CASE("origins that are too large are neither written nor read") {
    entry_origins origins;
    for (int i = 0; i < 4000; ++i)
        origins[std::string(20, 'x') + std::to_string(i)] = {.uid = "u", .source = "s"};
    CHECK(write_origins(origins).empty());
    CHECK(read_origins("u/s=" + std::string(reconcile::max_entries_annotation, 'x')).empty());
}
