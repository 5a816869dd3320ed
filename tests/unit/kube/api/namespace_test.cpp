// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/namespace.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

TEST_CASE("a Namespace is read from its metadata alone, or whole") {
    for (const auto* kind : {"PartialObjectMetadata", "Namespace"}) {
        auto object = parsed(
            R"({"metadata":{"name":"team-a","uid":"u","resourceVersion":"1","labels":{"pull":"private"},
                                 "deletionTimestamp":"2026-01-31T23:59:59Z"}})");
        object["kind"] = kind;
        const auto read = kube::read_namespace(object).value();
        CHECK(read.meta.name == "team-a");
        CHECK(read.meta.labels == kube::string_map{{"pull", "private"}});
        CHECK(read.meta.deleting);
    }
}

TEST_CASE("another kind is no Namespace, and one without metadata is malformed") {
    CHECK(kube::read_namespace(
              parsed(R"({"kind":"Status","metadata":{"name":"a","uid":"u","resourceVersion":"1"}})"))
              .has_error());
    CHECK(kube::read_namespace(parsed(R"({"kind":"Namespace"})")).error().kind ==
          kube::error_kind::malformed);
}
