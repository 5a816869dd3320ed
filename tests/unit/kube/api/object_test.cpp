// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/object.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using kube::json;
using kube::read_meta;
using kube::string_map;
using kube::write_meta;

namespace {

const std::string whole = R"({"kind":"Secret","metadata":{
    "name":"regcred","namespace":"team-a","uid":"6f1c","resourceVersion":"42","generation":3,
    "creationTimestamp":"2026-01-31T23:59:59Z","labels":{"b":"2","a":"1"},"annotations":{"n":""},
    "managedFields":[{"manager":"kubectl"}],"finalizers":["example.com/f"],
    "ownerReferences":[{"apiVersion":"regcred.dev/v1alpha1","kind":"RegistryCredential","name":"hub","uid":"u1","blockOwnerDeletion":false},
                       {"apiVersion":"v1","kind":"Pod","name":"p","uid":"u2","controller":true}]}})";

json with(const std::string& name, const std::string& value) {
    auto object = parsed(R"({"metadata":{"name":"n","uid":"u","resourceVersion":"1"}})");
    object["metadata"][name] = parsed(value);
    return object;
}

}  // namespace

TEST_CASE("every field of the metadata is read") {
    const auto meta = read_meta(parsed(whole)).value();
    CHECK(meta.name == "regcred");
    CHECK(meta.namespace_name == "team-a");
    CHECK(meta.uid == "6f1c");
    CHECK(meta.resource_version == "42");
    CHECK(meta.generation == 3);
    CHECK(meta.creation_timestamp == "2026-01-31T23:59:59Z");
    CHECK_FALSE(meta.deleting);
    CHECK(meta.labels == string_map{{"a", "1"}, {"b", "2"}});
    CHECK(meta.annotations == string_map{{"n", ""}});
    CHECK(meta.finalizers == std::vector<std::string>{"example.com/f"});
    REQUIRE(meta.owner_references.size() == 2);
    CHECK(meta.owner_references[0] ==
          kube::owner_reference{
              "regcred.dev/v1alpha1", "RegistryCredential", "hub", "u1", std::nullopt, false});
    CHECK(meta.owner_references[1] == kube::owner_reference{"v1", "Pod", "p", "u2", true, std::nullopt});
}

TEST_CASE("an optional field of the metadata may be missing or null") {
    for (
        const auto* text :
        {R"({"metadata":{"name":"n","uid":"u","resourceVersion":"1"}})",
         R"({"metadata":{"name":"n","uid":"u","resourceVersion":"1","labels":null,"annotations":null,"namespace":null,
                                 "ownerReferences":null,"finalizers":null,"generation":null,"deletionTimestamp":null,"creationTimestamp":null}})"}) {
        const auto meta = read_meta(parsed(text)).value();
        CHECK(meta.namespace_name.empty());
        CHECK(meta.labels.empty());
        CHECK(meta.annotations.empty());
        CHECK(meta.owner_references.empty());
        CHECK(meta.finalizers.empty());
        CHECK(meta.generation == 0);
        CHECK_FALSE(meta.deleting);
    }
}

TEST_CASE("an object with a deletionTimestamp is being deleted") {
    CHECK(read_meta(with("deletionTimestamp", R"("2026-01-31T23:59:59Z")")).value().deleting);
}

TEST_CASE("invalid metadata is malformed, and the error names the field") {
    struct example {
        json object;
        const char* message;
    };
    const example table[] = {
        {parsed("null"), "metadata: required"},
        {parsed("[]"), "metadata: required"},
        {parsed("{}"), "metadata: required"},
        {parsed(R"({"metadata":null})"), "metadata: required"},
        {parsed(R"({"metadata":"x"})"), "metadata: must be an object"},
        {parsed(R"({"metadata":{"uid":"u","resourceVersion":"1"}})"), "metadata.name: required"},
        {with("name", "\"\""), "metadata.name: required"},
        {with("name", "5"), "metadata.name: must be a string"},
        {with("uid", "null"), "metadata.uid: required"},
        {with("resourceVersion", "1"), "metadata.resourceVersion: must be a string"},
        {with("resourceVersion", "\"\""), "metadata.resourceVersion: required"},
        {with("namespace", "[]"), "metadata.namespace: must be a string"},
        {with("generation", "\"1\""), "metadata.generation: must be a 64-bit integer"},
        {with("creationTimestamp", "5"), "metadata.creationTimestamp: must be a string"},
        {with("labels", "[]"), "metadata.labels: must be a map"},
        {with("labels", R"({"CANARY":1})"), "metadata.labels: values must be strings"},
        {with("labels", R"({"a":null})"), "metadata.labels: values must be strings"},
        {with("annotations", R"({"a":{}})"), "metadata.annotations: values must be strings"},
        {with("finalizers", R"([1])"), "metadata.finalizers[0]: must be a string"},
        {with("ownerReferences", "{}"), "metadata.ownerReferences: must be a list"},
        {with("ownerReferences", "[1]"), "metadata.ownerReferences[0]: must be an object"},
        {with("ownerReferences", R"([{"apiVersion":"v1","kind":"Pod","name":"p"}])"),
         "metadata.ownerReferences[0].uid: required"},
        {with("ownerReferences", R"([{"apiVersion":"v1","kind":"Pod","uid":"u"}])"),
         "metadata.ownerReferences[0].name: required"},
        {with("ownerReferences", R"([{"apiVersion":"v1","name":"p","uid":"u"}])"),
         "metadata.ownerReferences[0].kind: required"},
        {with("ownerReferences", R"([{"kind":"Pod","name":"p","uid":"u"}])"),
         "metadata.ownerReferences[0].apiVersion: required"},
        {with("ownerReferences",
              R"([{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","controller":"yes"}])"),
         "metadata.ownerReferences[0].controller: must be true or false"},
    };
    for (const auto& row : table) {
        CAPTURE(row.message);
        const auto read = read_meta(row.object);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().kind == kube::error_kind::malformed);
        CHECK(read.error().message == row.message);
    }
}

TEST_CASE("write_meta writes the fields that are set and no others") {
    auto meta = read_meta(parsed(whole)).value();
    CHECK(write_meta(meta) ==
          parsed(R"({"name":"regcred","namespace":"team-a","uid":"6f1c","resourceVersion":"42",
        "labels":{"a":"1","b":"2"},"annotations":{"n":""},"finalizers":["example.com/f"],
        "ownerReferences":[{"apiVersion":"regcred.dev/v1alpha1","kind":"RegistryCredential","name":"hub","uid":"u1","blockOwnerDeletion":false},
                           {"apiVersion":"v1","kind":"Pod","name":"p","uid":"u2","controller":true}]})"));
    kube::object_meta fresh;
    fresh.name = "regcred";
    CHECK(write_meta(fresh) == json{{"name", "regcred"}});
}

TEST_CASE("written metadata reads back the same") {
    auto meta = read_meta(parsed(whole)).value();
    const auto again = read_meta({{"metadata", write_meta(meta)}}).value();
    CHECK(again.labels == meta.labels);
    CHECK(again.annotations == meta.annotations);
    CHECK(again.owner_references == meta.owner_references);
    CHECK(again.finalizers == meta.finalizers);
    CHECK(again.uid == meta.uid);
    CHECK(again.resource_version == meta.resource_version);
}

TEST_CASE("check_kind accepts the given kinds and an object without a kind") {
    CHECK(kube::check_kind(parsed(R"({"kind":"Secret"})"), {"Secret"}).has_value());
    CHECK(kube::check_kind(parsed(R"({"kind":"B"})"), {"A", "B"}).has_value());
    CHECK(kube::check_kind(parsed("{}"), {"Secret"}).has_value());
    CHECK(kube::check_kind(parsed(R"({"kind":"Status"})"), {"Secret"}).error().message ==
          "kind: must be Secret");
    CHECK(kube::check_kind(parsed(R"({"kind":5})"), {"Secret"}).error().message == "kind: must be a string");
    CHECK(kube::check_kind(parsed("[]"), {"Secret"}).error().message == "must be an object");
}

TEST_CASE("a precondition needs a uid and a resourceVersion") {
    const auto meta = read_meta(parsed(whole)).value();
    const kube::precondition precondition(meta);
    CHECK(precondition.uid() == "6f1c");
    CHECK(precondition.resource_version() == "42");
    CHECK_THROWS_AS(kube::precondition("", "42"), std::logic_error);
    CHECK_THROWS_AS(kube::precondition("6f1c", ""), std::logic_error);
    CHECK_THROWS_AS(kube::precondition(kube::object_meta{}), std::logic_error);
}

TEST_CASE("a Namespace is read from its metadata") {
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

TEST_CASE("an object of another kind or without metadata is not a Namespace") {
    CHECK(kube::read_namespace(
              parsed(R"({"kind":"Status","metadata":{"name":"a","uid":"u","resourceVersion":"1"}})"))
              .has_error());
    CHECK(kube::read_namespace(parsed(R"({"kind":"Namespace"})")).error().kind ==
          kube::error_kind::malformed);
}

TEST_CASE("resourceVersions compare as numbers of any length") {
    struct row {
        std::string_view a;
        std::string_view b;
        std::partial_ordering expected;
    };
    const std::vector<row> rows{
        {"9", "10", std::partial_ordering::less},
        {"10", "9", std::partial_ordering::greater},
        {"10", "10", std::partial_ordering::equivalent},
        {"199", "200", std::partial_ordering::less},
        {"99999999999999999999999999998", "99999999999999999999999999999", std::partial_ordering::less},
        {"18446744073709551616", "2", std::partial_ordering::greater},
        {"", "10", std::partial_ordering::unordered},
        {"10", "", std::partial_ordering::unordered},
        {"0", "10", std::partial_ordering::unordered},
        {"010", "10", std::partial_ordering::unordered},
        {"abc", "abd", std::partial_ordering::unordered},
        {"1a", "2", std::partial_ordering::unordered},
        {"-1", "2", std::partial_ordering::unordered},
        {" 1", "2", std::partial_ordering::unordered},
    };
    for (const row& each : rows) {
        CAPTURE(each.a);
        CAPTURE(each.b);
        CHECK(kube::compare_resource_versions(each.a, each.b) == each.expected);
    }
}

TEST_CASE("only what is known to be older is older") {
    CHECK(kube::is_older("9", "10"));
    CHECK_FALSE(kube::is_older("10", "10"));
    CHECK_FALSE(kube::is_older("x", "10"));
    CHECK_FALSE(kube::is_older("9", ""));
}
