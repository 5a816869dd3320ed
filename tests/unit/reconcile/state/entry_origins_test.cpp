// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/entry_origins.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

using reconcile::entry_origins;
using reconcile::has_hashed_keys;
using reconcile::read_origins;
using reconcile::write_origins;

namespace {

/// Thousands of registries, of two RegistryCredentials in turn.
entry_origins many(int count) {
    entry_origins origins;
    for (int i = 0; i < count; ++i)
        origins[fmt::format("r{}.registry.example.com", i)] = {.uid = i % 2 == 0 ? "uid-a" : "uid-b",
                                                               .source = "login"};
    return origins;
}

std::vector<std::string> keys_of(const entry_origins& origins) {
    std::vector<std::string> keys;
    for (const auto& [key, origin] : origins)
        keys.push_back(key);
    return keys;
}

}  // namespace

TEST_CASE("write_origins lists the keys of each source, and read_origins reads them back") {
    const entry_origins origins{{"https://index.docker.io/v1/", {.uid = "uid-a", .source = "hub"}},
                                {"localhost:5000", {.uid = "uid-a", .source = "hub"}},
                                {"*.example.com/team/app", {.uid = "uid-a", .source = "other"}},
                                {"[2001:db8::1]:443", {.uid = "uid-b", .source = "hub"}}};
    const auto text = write_origins(origins);
    CHECK(text ==
          "uid-a/hub=https://index.docker.io/v1/,localhost:5000;"
          "uid-a/other=*.example.com/team/app;uid-b/hub=[2001:db8::1]:443");
    CHECK(read_origins(*text) == origins);
    CHECK(write_origins({}) == "");
    auto with_separators = origins;
    for (const auto* key : {"a,b.io", "a;b.io", "a.io/b=c"})
        with_separators[key] = {.uid = "uid-a", .source = "hub"};
    CHECK(write_origins(with_separators) == text);
    CHECK(read_origins("").empty());
}

TEST_CASE("read_origins skips what has another form, since tenants can write any text") {
    for (const auto* text : {"=",
                             ";;;",
                             "no owner",
                             "uid=key",
                             "/=",
                             "=key",
                             "uid/source",
                             "uid/source=",
                             ",,",
                             "uid/source#",
                             "uid#AAAA",
                             "#,",
                             "uid/source#AAA,quay.io"})
        CHECK_MESSAGE(read_origins(text).empty(), text);
    const entry_origins one{{"quay.io", {.uid = "u", .source = "s"}}};
    CHECK(read_origins("x;u/s=quay.io;;y=z") == one);
    CHECK(read_origins("u/s=,quay.io,,") == one);
    CHECK(read_origins("u/s=quay.io;other/s=quay.io") == one);
}

TEST_CASE("hashes stand for the keys of origins that are too large, and keys of one hash are in full") {
    const auto origins = many(10'000);
    const auto text = write_origins(origins);
    REQUIRE(text.has_value());
    CHECK(text->size() <= reconcile::max_entries_annotation);
    CHECK(text->starts_with("uid-a/login#"));
    CHECK(has_hashed_keys(*text));
    CHECK(text->find(",r") != std::string::npos);
    CHECK(read_origins(*text, keys_of(origins)) == origins);
    // An older version takes none of it for a key.
    CHECK(text->find('=') == std::string::npos);

    auto more = keys_of(origins);
    more.emplace_back("quay.io");
    CHECK(read_origins(*text, more) == origins);
    CHECK(read_origins(*text, std::vector<std::string>{"r4.registry.example.com"})
              .contains("r4.registry.example.com"));
}

TEST_CASE("keys are in full where these are not too large") {
    const auto origins = many(1000);
    const auto text = write_origins(origins);
    REQUIRE(text.has_value());
    CHECK_FALSE(has_hashed_keys(*text));
    CHECK(read_origins(*text) == origins);
    CHECK(read_origins(*text, keys_of(many(1002))) == origins);
}

TEST_CASE("the hash of a key is the same in every version") {
    auto origins = many(10'000);
    origins["quay.io"] = {.uid = "uid-z", .source = "login"};
    CHECK(write_origins(origins)->ends_with(";uid-z/login#L9rQ"));
    CHECK(read_origins("uid-z/login#L9rQ", std::vector<std::string>{"quay.io", "ghcr.io"}) ==
          entry_origins{{"quay.io", {.uid = "uid-z", .source = "login"}}});
}

TEST_CASE(
    "origins that are too large even as hashes are not written, and no text that is too large is read") {
    entry_origins origins;
    for (int i = 0; i < 200; ++i)
        origins[fmt::format("r{}.io", i)] = {.uid = "u", .source = std::string(250, 's') + std::to_string(i)};
    CHECK_FALSE(write_origins(origins).has_value());
    CHECK_FALSE(read_origins("u/s=" + std::string(65532, 'x')).empty());  // as an older version wrote it
    CHECK(read_origins("u/s=" + std::string(65533, 'x')).empty());
}
