// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/entry_losers.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace {

v1alpha1::registry_credential asking(const std::string& name) {
    auto object = build::credential(name);
    object.service_accounts = {"def*"};
    return object;
}

reconcile::observed_secret annotated(const std::string& uids) {
    reconcile::observed_secret copy;
    copy.meta.annotations.emplace(reconcile::owner_annotation, uids);
    return copy;
}

reconcile::selection_set recorded(const v1alpha1::registry_credential& object) {
    return std::make_shared<const reconcile::selection_list>(
        reconcile::selection_list{reconcile::account_selection_of(object)});
}

bool may_lose(const v1alpha1::registry_credential& object,
              const reconcile::observed_secret* secret,
              const reconcile::selection_set& recorded = nullptr) {
    return reconcile::may_lose_entry(object, "default", recorded, secret);
}

}  // namespace

TEST_CASE("where a result is recorded, only who is recorded loses the entry, whoever owns the Secret") {
    const auto copy = annotated("uid-b");
    CHECK(may_lose(asking("a"), &copy, recorded(asking("a"))));
    CHECK(may_lose(build::credential("a"), nullptr, recorded(asking("a"))));
    CHECK_FALSE(may_lose(asking("b"), &copy, recorded(asking("a"))));
}

TEST_CASE("where nothing is recorded, the owners of the copy that name the ServiceAccount lose the entry") {
    auto copy = annotated("uid-a,uid-b");
    CHECK(may_lose(asking("a"), &copy));
    CHECK(may_lose(asking("b"), &copy));
    CHECK_FALSE(may_lose(asking("stranger"), &copy));
    CHECK_FALSE(may_lose(build::credential("a"), &copy));
    copy = {};
    copy.meta.owner_references = {{.api_version = std::string(v1alpha1::regcred_api_version),
                                   .kind = std::string(v1alpha1::registry_credential_kind),
                                   .name = "a",
                                   .uid = "uid-a",
                                   .controller = {},
                                   .block_owner_deletion = {}}};
    CHECK(may_lose(asking("a"), &copy));
    CHECK_FALSE(may_lose(asking("stranger"), &copy));
}

TEST_CASE(
    "a suspended owner loses the entry whatever its spec names now, and a suspended stranger does not") {
    const auto copy = annotated("uid-a");
    auto suspended = build::credential("a");
    suspended.suspend = true;
    CHECK(may_lose(suspended, &copy));
    auto stranger = asking("stranger");
    stranger.suspend = true;
    CHECK_FALSE(may_lose(stranger, &copy));
    CHECK_FALSE(may_lose(stranger, nullptr));
}

TEST_CASE(
    "of a Secret that is gone none is known to lose the entry, of a foreign one each that asks for it") {
    CHECK_FALSE(may_lose(asking("a"), nullptr));
    const reconcile::observed_secret foreign;
    CHECK(may_lose(asking("a"), &foreign));
    CHECK_FALSE(may_lose(build::credential("a"), &foreign));
}
