// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/service_account.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using kube::read_service_account;
using names = std::vector<std::string>;

namespace {

kube::json account(const std::string& list) {
    return parsed(
        R"({"kind":"ServiceAccount","metadata":{"name":"default","namespace":"a","uid":"u","resourceVersion":"1"},
        "secrets":[{"name":"token"}],"imagePullSecrets":)" +
        list + "}");
}

}  // namespace

TEST_CASE("imagePullSecrets keeps its order, duplicates and empty names") {
    CHECK(read_service_account(account(R"([{"name":"b"},{"name":"a"},{},{"name":"b"},{"name":null}])"))
              .value()
              .pull_secrets == names{"b", "a", "", "b", ""});
    CHECK(read_service_account(account("null")).value().pull_secrets.empty());
    CHECK(read_service_account(account("[]")).value().meta.namespace_name == "a");
}

TEST_CASE("imagePullSecrets that cannot be written back unchanged is malformed") {
    for (const auto* list : {R"([{"name":"a","namespace":"b"}])",
                             R"([{"namespace":"b"}])",
                             R"([{"name":1}])",
                             R"(["a"])",
                             R"({"name":"a"})"}) {
        CAPTURE(list);
        const auto read = read_service_account(account(list));
        REQUIRE(read.has_error());
        CHECK(read.error().kind == kube::error_kind::malformed);
    }
}

TEST_CASE("PartialObjectMetadata is not a ServiceAccount") {
    auto object = account("[]");
    object["kind"] = "PartialObjectMetadata";
    CHECK(read_service_account(object).has_error());
}
