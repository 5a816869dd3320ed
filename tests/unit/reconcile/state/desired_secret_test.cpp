// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/desired_secret.hpp"

#include "dockerconfig/document.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using reconcile::entry_list;
using reconcile::merge_contributors;
using reconcile::same_entries;

namespace {

entry_list entries(const std::string& registry, const std::string& password) {
    auto login = dockerconfig::login::make(
        util::secret_bytes(std::string("user")), util::secret_bytes(std::string(password)), {});
    return std::make_shared<const std::vector<dockerconfig::registry_entry>>(
        std::vector<dockerconfig::registry_entry>{
            {dockerconfig::registry_key::parse(registry).value(), std::move(login).value()}});
}

}  // namespace

TEST_CASE(
    "a contributor whose entries are not known makes the Secret incomplete, and the others' entries count") {
    CHECK_FALSE(merge_contributors({nullptr}).complete);
    CHECK(merge_contributors({nullptr}).document == nullptr);
    const auto known = entries("quay.io", "CANARY-1");
    const auto partly = merge_contributors({nullptr, known});
    CHECK_FALSE(partly.complete);
    REQUIRE(partly.document != nullptr);
    const auto whole = merge_contributors({known});
    CHECK(whole.complete);
    CHECK(whole.digest == partly.digest);
    CHECK(whole.fault.empty());
}

TEST_CASE("no entries give no document, and the Secret is complete") {
    const auto empty = std::make_shared<const std::vector<dockerconfig::registry_entry>>();
    CHECK(merge_contributors({}).complete);
    CHECK(merge_contributors({empty}).complete);
    CHECK(merge_contributors({empty}).document == nullptr);
}

TEST_CASE("the first of two contributors with the same registry delivers it") {
    const auto merged =
        merge_contributors({entries("quay.io", "CANARY-first"), entries("quay.io", "CANARY-second")});
    REQUIRE(merged.document != nullptr);
    CHECK(merged.document->reveal().find("CANARY-first") != std::string_view::npos);
    CHECK(merged.document->reveal().find("CANARY-second") == std::string_view::npos);
}

TEST_CASE("entries that are too large together are a fault and no document") {
    const std::string long_password(dockerconfig::max_document_bytes / 2, 'x');
    const auto merged =
        merge_contributors({entries("quay.io", long_password), entries("ghcr.io", long_password)});
    CHECK(merged.document == nullptr);
    CHECK(merged.complete);
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
