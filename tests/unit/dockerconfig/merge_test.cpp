// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/merge.hpp"

#include "dockerconfig/document.hpp"
#include "unit/dockerconfig/docker_builders.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

using build::entry;
using dockerconfig::registry_key;
using entries = std::vector<dockerconfig::registry_entry>;

namespace {

std::vector<std::string> shown(const entries& list) {
    std::vector<std::string> all;
    for (const auto& each : list)
        all.push_back(build::shown(each));
    return all;
}

// Contributors, oldest first, that claim some of the same registries.
std::vector<entries> contributors() {
    return {
        {entry("quay.io", "oldest"), entry("https://ghcr.io", "oldest")},
        {entry("ghcr.io", "second"), entry("*.example.com", "second"), entry("docker.io", "second")},
        {entry("https://index.docker.io/v1/", "third"), entry("quay.io/org", "third")},
        {entry("quay.io/org/", "fourth"),
         entry("https://quay.io/v2/org", "fourth"),
         entry("quay.io", "fourth")},
    };
}

std::string document(const std::vector<entries>& contents) {
    return std::string{dockerconfig::write_document(dockerconfig::merge(contents).entries)->reveal()};
}

}  // namespace

TEST_CASE("claims::add gives a registry to its first claimant") {
    dockerconfig::claims claims;
    CHECK_FALSE(claims.add(*registry_key::parse("quay.io"), 4).has_value());
    CHECK(claims.add(*registry_key::parse("https://quay.io/v2/"), 5) == 4);
    CHECK(claims.add(*registry_key::parse("quay.io"), 6) == 4);
    // Its own claim, in another spelling.
    CHECK_FALSE(claims.add(*registry_key::parse("quay.io:"), 4).has_value());
    CHECK_FALSE(claims.add(*registry_key::parse("quay.io/org"), 6).has_value());
}

TEST_CASE("sort_by_key compares the bytes of the keys") {
    entries list;
    for (const auto* const key : {"quay.io/org", "https://ghcr.io", "quay.io", "*.example.com", "a.io"}) {
        list.push_back(entry(key));
    }
    dockerconfig::sort_by_key(list);
    std::vector<std::string> keys;
    for (const auto& each : list)
        keys.push_back(each.key.written());
    CHECK(keys ==
          std::vector<std::string>{"*.example.com", "a.io", "https://ghcr.io", "quay.io", "quay.io/org"});
}

TEST_CASE("combine_sources joins the entries of all sources, sorted by key") {
    const std::vector<dockerconfig::source_entries> sources{
        {"a", {entry("quay.io", "u")}}, {"b", {entry("ghcr.io", "v"), entry("quay.io/org", "w")}}};
    CHECK_FALSE(dockerconfig::find_duplicate(sources).has_value());
    CHECK(shown(dockerconfig::combine_sources(sources)) ==
          std::vector<std::string>{"ghcr.io|v|s3cret|", "quay.io|u|s3cret|", "quay.io/org|w|s3cret|"});
    CHECK(dockerconfig::combine_sources({}).empty());
}

TEST_CASE("find_duplicate names both Secrets that have one registry") {
    const std::vector<dockerconfig::source_entries> sources{{"hub", {entry("quay.io")}},
                                                            {"robot", {entry("ghcr.io")}},
                                                            {"other", {entry("https://quay.io/v2/")}}};
    const auto found = dockerconfig::find_duplicate(sources);
    REQUIRE(found.has_value());
    CHECK(found->first == 0);
    CHECK(found->second == 2);
    CHECK(found->error.fault == dockerconfig::source_fault::duplicate_registry);
    for (const std::string_view named : {"\"https://quay.io/v2/\"", "Secret \"hub\"", "Secret \"other\""}) {
        CHECK(found->error.message.find(named) != std::string::npos);
    }
    CHECK(found->error.message.find("robot") == std::string::npos);
}

TEST_CASE("merge gives a registry to its oldest claimant, and reports each loser") {
    const auto merged = dockerconfig::merge(contributors());
    CHECK(shown(merged.entries) == std::vector<std::string>{
                                       "*.example.com|second|s3cret|",
                                       "docker.io|second|s3cret|",
                                       "https://ghcr.io|oldest|s3cret|",
                                       "quay.io|oldest|s3cret|",
                                       "quay.io/org|third|s3cret|",
                                       "quay.io/org/|fourth|s3cret|",
                                   });
    CHECK(merged.conflicts == std::vector<dockerconfig::registry_conflict>{
                                  {.loser = 1, .winner = 0, .key = entry("ghcr.io").key},
                                  {.loser = 2, .winner = 1, .key = entry("https://index.docker.io/v1/").key},
                                  {.loser = 3, .winner = 2, .key = entry("https://quay.io/v2/org").key},
                                  {.loser = 3, .winner = 0, .key = entry("quay.io").key},
                              });
}

TEST_CASE("a contributor keeps all its spellings of a registry, and another one none") {
    const entries hub{entry("docker.io"), entry("index.docker.io")};
    const auto merged = dockerconfig::merge(std::vector<entries>{hub, {entry("docker.io", "late")}});
    CHECK(merged.entries == hub);
    REQUIRE(merged.conflicts.size() == 1);
    CHECK(merged.conflicts[0].loser == 1);
    const std::vector<dockerconfig::source_entries> one{{"hub", hub}};
    CHECK_FALSE(dockerconfig::find_duplicate(one).has_value());
    CHECK(dockerconfig::combine_sources(one) == hub);
    const std::vector<dockerconfig::source_entries> two{{"hub", {hub[0]}}, {"other", {hub[1]}}};
    CHECK(dockerconfig::find_duplicate(two).has_value());
}

TEST_CASE("merge sorts the conflicts of a contributor by key") {
    const std::vector<entries> given{{entry("ghcr.io"), entry("quay.io")},
                                     {entry("quay.io"), entry("ghcr.io")}};
    const auto conflicts = dockerconfig::merge(given).conflicts;
    REQUIRE(conflicts.size() == 2);
    CHECK(conflicts[0].key.written() == "ghcr.io");
    CHECK(conflicts[1].key.written() == "quay.io");
}

TEST_CASE("merge of nothing is empty") {
    CHECK(dockerconfig::merge({}).entries.empty());
    CHECK(dockerconfig::merge(std::vector<entries>(3)).entries.empty());
}

TEST_CASE("the document depends on the age of the objects, not on the order of entries") {
    struct aged {
        std::size_t age_rank;
        entries content;
    };
    for (std::size_t count = 1; count <= 4; ++count) {
        auto oldest_first = contributors();
        oldest_first.resize(count);
        const auto expected = document(oldest_first);
        std::vector<aged> arrived;
        for (std::size_t i = 0; i < count; ++i)
            arrived.push_back({i, oldest_first[i]});
        std::size_t permutations = 0;
        std::vector<std::size_t> order(count);
        std::iota(order.begin(), order.end(), 0U);
        do {
            std::vector<aged> shuffled;
            for (const auto i : order)
                shuffled.push_back(arrived[i]);
            for (auto& each : shuffled)
                std::ranges::rotate(each.content, each.content.begin() + 1);
            std::ranges::sort(shuffled, {}, &aged::age_rank);
            std::vector<entries> given;
            for (auto& each : shuffled)
                given.push_back(std::move(each.content));
            CHECK(document(given) == expected);
            ++permutations;
        } while (std::ranges::next_permutation(order).found);
        CHECK(permutations == std::vector<std::size_t>{0, 1, 2, 6, 24}.at(count));
    }
}

TEST_CASE("the order of contributors without a common registry does not matter") {
    std::vector<entries> disjoint{
        {entry("d.io"), entry("a.io")}, {entry("c.io")}, {entry("b.io", "x")}, {entry("e.io")}};
    std::vector<std::size_t> order{0, 1, 2, 3};
    const auto expected = document(disjoint);
    do {
        std::vector<entries> given;
        for (const auto i : order)
            given.push_back(disjoint[i]);
        CHECK(document(given) == expected);
        CHECK(dockerconfig::merge(given).conflicts.empty());
    } while (std::ranges::next_permutation(order).found);
}
