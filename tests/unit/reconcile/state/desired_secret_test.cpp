// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/desired_secret.hpp"

#include "dockerconfig/document.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

using reconcile::contribution;
using reconcile::entry_list;
using reconcile::merge_contributions;
using reconcile::same_entries;

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

TEST_CASE("a contributor whose entries the annotation cannot record beside the older ones is left out") {
    const auto many_sources = [](const std::string& uid, int count) {
        contribution all{.uid = uid, .entries = {}, .origins = {}};
        for (int i = 0; i < count; ++i) {
            const auto registry = fmt::format("{}{}.io", uid, i);
            all.entries.push_back(entries(registry, "CANARY-1")->front());
            all.origins.emplace(registry, std::string(240, 's') + std::to_string(i));
        }
        return all;
    };
    const std::vector<contribution> both{many_sources("a", 150), many_sources("b", 150)};
    CHECK(merge_contributions({both[0]}).fault.empty());
    const auto merged = merge_contributions(both);
    REQUIRE(merged.document != nullptr);
    CHECK(merged.left_out == std::set<std::string>{"b"});
    CHECK(merged.fault.find("regcred.dev/entries") != std::string::npos);
    CHECK(merged.origins == merge_contributions({both[0]}).origins);
}
