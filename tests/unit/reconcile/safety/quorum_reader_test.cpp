// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/quorum_reader.hpp"

#include <doctest/doctest.h>

using kube::error_kind;
using reconcile::says_absent;

namespace {

kube::error failure(error_kind kind, const char* details_kind) {
    kube::error e(kind, "registrycredentials.regcred.dev \"hub\" not found");
    e.details_kind = details_kind;
    return e;
}

}  // namespace

TEST_CASE("only a 404 that is about the object says that the object does not exist") {
    CHECK(says_absent(failure(error_kind::not_found, "registrycredentials"), v1alpha1::registry_credentials));
    CHECK(says_absent(failure(error_kind::not_found, "namespaces"), kube::namespaces));
    // Of a path that nobody serves: the CRD is gone, or something else answers.
    CHECK_FALSE(says_absent(failure(error_kind::not_found, ""), v1alpha1::registry_credentials));
    // A Secret that is asked for in a namespace that is gone.
    CHECK_FALSE(says_absent(failure(error_kind::not_found, "namespaces"), kube::secrets));
    CHECK_FALSE(says_absent(failure(error_kind::forbidden, "secrets"), kube::secrets));
}

TEST_CASE("what is older, or another content under the same version, contradicts what is known") {
    kube::object_meta known;
    known.uid = "u";
    known.resource_version = "10";
    known.labels = {{"pull", "private"}};
    auto read = known;
    CHECK_FALSE(reconcile::contradicts(read, known));
    read.labels.clear();
    CHECK(reconcile::contradicts(read, known));
    read.resource_version = "11";
    CHECK_FALSE(reconcile::contradicts(read, known));
    read.resource_version = "9";
    CHECK(reconcile::contradicts(read, known));
    read.uid = "another object of that name";
    CHECK_FALSE(reconcile::contradicts(read, known));
}
