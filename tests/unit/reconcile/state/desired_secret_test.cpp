// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/desired_secret.hpp"

#include "dockerconfig/document.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

using reconcile::contribution;
using reconcile::entry_list;
using reconcile::entry_origins;
using reconcile::merge_contributions;
using reconcile::read_origins;
using reconcile::same_entries;
using reconcile::write_origins;

namespace {

entry_list entries(const std::string& registry, const std::string& password) {
    auto login = dockerconfig::login::make(
        util::secret_bytes(std::string("user")), util::secret_bytes(std::string(password)), {});
    return std::make_shared<const std::vector<dockerconfig::registry_entry>>(
        std::vector<dockerconfig::registry_entry>{
            {dockerconfig::registry_key::parse(registry).value(), std::move(login).value()}});
}

/// What RegistryCredential `uid` gives from source "login".
contribution given(const std::string& uid, const std::string& registry, const std::string& password) {
    return {.uid = uid, .entries = *entries(registry, password), .origins = {{registry, "login"}}};
}

contribution nothing(const std::string& uid, bool complete) {
    return {.uid = uid, .entries = {}, .origins = {}, .complete = complete};
}

}  // namespace

TEST_CASE(
    "a contributor whose entries are not known makes the Secret incomplete, and the others' entries count") {
    CHECK_FALSE(merge_contributions({nothing("a", false)}).complete);
    CHECK(merge_contributions({nothing("a", false)}).document == nullptr);
    const auto known = given("b", "quay.io", "CANARY-1");
    const auto partly = merge_contributions({nothing("a", false), known});
    CHECK_FALSE(partly.complete);
    REQUIRE(partly.document != nullptr);
    const auto whole = merge_contributions({known});
    CHECK(whole.complete);
    CHECK(whole.digest == partly.digest);
    CHECK(whole.fault.empty());
}

TEST_CASE("no entries give no document, and the Secret is complete") {
    CHECK(merge_contributions({}).complete);
    CHECK(merge_contributions({nothing("a", true)}).complete);
    CHECK(merge_contributions({nothing("a", true)}).document == nullptr);
}

TEST_CASE("the first of two contributors with the same registry delivers it, and is its origin") {
    const auto merged = merge_contributions(
        {given("a", "quay.io", "CANARY-first"), given("b", "https://quay.io/v2/", "CANARY-second")});
    REQUIRE(merged.document != nullptr);
    CHECK(merged.document->reveal().find("CANARY-first") != std::string_view::npos);
    CHECK(merged.document->reveal().find("CANARY-second") == std::string_view::npos);
    CHECK(merged.origins == "a/login=quay.io");
}

TEST_CASE("the source of each entry is recorded") {
    const auto a = given("a", "quay.io", "CANARY-1");
    CHECK(merge_contributions({a}).origins == "a/login=quay.io");
    CHECK(merge_contributions({a, given("b", "ghcr.io", "CANARY-2")}).origins ==
          "a/login=quay.io;b/login=ghcr.io");
    CHECK(merge_contributions({a, nothing("b", true)}).origins == "a/login=quay.io");
    auto two_sources = a;
    two_sources.entries.push_back(entries("ghcr.io", "CANARY-2")->front());
    two_sources.origins.emplace("ghcr.io", "other");
    CHECK(merge_contributions({two_sources}).origins == "a/login=quay.io;a/other=ghcr.io");
}

TEST_CASE(
    "of contributors that are too large together, each that does not fit beside the older ones is left out") {
    const std::string large(dockerconfig::max_document_bytes / 4, 'x');
    const std::vector<reconcile::contribution> three{
        given("a", "quay.io", large), given("b", "ghcr.io", large), given("c", "docker.io", "CANARY-small")};
    const auto merged = merge_contributions(three);
    REQUIRE(merged.document != nullptr);
    CHECK(merged.left_out == std::set<std::string>{"b"});
    CHECK(merged.origins == "a/login=quay.io;c/login=docker.io");
    CHECK(merged.fault.find("docker config") != std::string::npos);
    CHECK_FALSE(merged.complete);
    CHECK(merge_contributions({three[0], three[2]}).digest == merged.digest);
    CHECK(merge_contributions({three[0], three[2]}).left_out.empty());
}

TEST_CASE("entries that are too large by themselves are a fault and no document") {
    const std::string long_password(dockerconfig::max_document_bytes / 2, 'x');
    const auto merged =
        merge_contributions({given("a", "quay.io", long_password), given("b", "ghcr.io", long_password)});
    CHECK(merged.document == nullptr);
    CHECK(merged.left_out == std::set<std::string>{"a", "b"});
    CHECK(merged.fault.find("docker config") != std::string::npos);
}

TEST_CASE("unknown entries differ from an empty list, and equal entries are the same") {
    const auto empty = std::make_shared<const std::vector<dockerconfig::registry_entry>>();
    CHECK(same_entries(nullptr, nullptr));
    CHECK_FALSE(same_entries(nullptr, empty));
    CHECK_FALSE(same_entries(empty, nullptr));
    CHECK(same_entries(entries("quay.io", "CANARY-1"), entries("quay.io", "CANARY-1")));
    CHECK_FALSE(same_entries(entries("quay.io", "CANARY-1"), entries("quay.io", "CANARY-2")));
}

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
    auto with_separators = origins;
    for (const auto* key : {"a,b.io", "a;b.io", "a.io/b=c"})
        with_separators[key] = {.uid = "uid-a", .source = "hub"};
    CHECK(write_origins(with_separators) == text);
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
