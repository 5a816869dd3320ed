// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_metadata.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

using reconcile::desired_metadata;

namespace {

v1alpha1::registry_credential with_template(const char* name,
                                            kube::string_map labels,
                                            kube::string_map annotations = {}) {
    auto c = build::credential(name);
    c.template_labels = std::move(labels);
    c.template_annotations = std::move(annotations);
    return c;
}

}  // namespace

TEST_CASE("every contributor is named as an owner, in order of precedence") {
    const auto meta =
        desired_metadata(build::here,
                         {build::shared(build::credential("hub")), build::shared(build::credential("quay"))},
                         nullptr);
    REQUIRE(meta.owner_references.size() == 2);
    const auto& first = meta.owner_references.front();
    CHECK(first.api_version == "regcred.dev/v1alpha1");
    CHECK(first.kind == "RegistryCredential");
    CHECK(first.name == "hub");
    CHECK(first.uid == "uid-hub");
    CHECK_FALSE(first.controller.has_value());
    CHECK(meta.owner_references.back().uid == "uid-quay");
    CHECK(meta.annotations.empty());
    CHECK(meta.labels.at("app.kubernetes.io/managed-by") == "regcred");
    CHECK(meta.name == "regcred");
    CHECK(meta.namespace_name == "team-a");
    CHECK(meta.resource_version.empty());
}

TEST_CASE("one Retain among the contributors moves ownership to the annotation, and back when it is gone") {
    auto retaining = build::credential("quay");
    retaining.on_deletion = v1alpha1::deletion_policy::retain;
    const auto hub = build::shared(build::credential("hub"));

    const auto both = desired_metadata(build::here, {hub, build::shared(retaining)}, nullptr);
    CHECK(both.owner_references.empty());
    CHECK(both.annotations.at("regcred.dev/owner") == "uid-hub,uid-quay");

    const auto alone = desired_metadata(build::here, {hub}, &both);
    CHECK(alone.owner_references.size() == 1);
    CHECK(alone.annotations.find("regcred.dev/owner") == alone.annotations.end());
}

TEST_CASE("if two contributors set a template key, the older one's value is used") {
    const auto meta = desired_metadata(build::here,
                                       {build::shared(with_template("old", {{"team", "x"}})),
                                        build::shared(with_template("new", {{"team", "y"}, {"more", "z"}}))},
                                       nullptr);
    CHECK(meta.labels.at("team") == "x");
    CHECK(meta.labels.at("more") == "z");
}

TEST_CASE("keys that leave the template leave the copy, and keys of other writers stay") {
    auto present = desired_metadata(
        build::here,
        {build::shared(with_template("hub", {{"a", "1"}, {"b", "2"}}, {{"note", "x"}, {"more", "y"}}))},
        nullptr);
    present.labels.emplace("theirs", "kept");
    present.annotations.emplace("theirs", "kept");
    present.finalizers = {"example.com/hold"};

    const auto fewer = desired_metadata(
        build::here, {build::shared(with_template("hub", {{"b", "2"}}, {{"more", "y"}}))}, &present);
    CHECK(fewer.labels.find("a") == fewer.labels.end());
    CHECK(fewer.labels.at("b") == "2");
    CHECK(fewer.annotations.find("note") == fewer.annotations.end());
    CHECK(fewer.annotations.at("more") == "y");
    CHECK(fewer.labels.at("theirs") == "kept");
    CHECK(fewer.annotations.at("theirs") == "kept");
    CHECK(fewer.finalizers == present.finalizers);

    const auto none = desired_metadata(build::here, {build::shared(build::credential("hub"))}, &fewer);
    CHECK(none.labels.find("b") == none.labels.end());
    CHECK(none.annotations.find("more") == none.annotations.end());
    CHECK(none.annotations.find("regcred.dev/template") == none.annotations.end());
    CHECK(none.annotations.at("theirs") == "kept");
}

TEST_CASE("what a kept owner's template has set stays, and what leaves another template goes") {
    const auto paused = build::shared(with_template("paused", {{"p", "1"}, {"shared", "paused"}}));
    const auto hub = build::shared(with_template("hub", {{"h", "1"}, {"i", "1"}}, {{"note", "x"}}));
    const auto present = desired_metadata(build::here, {paused, hub}, nullptr);
    CHECK(present.annotations.at("regcred.dev/template") ==
          "uid-hub/labels=h,i;uid-hub/annotations=note;uid-paused/labels=p,shared");

    // Its template has changed since, which does not count while it is kept.
    const auto kept = build::shared(with_template("paused", {{"p", "2"}, {"q", "1"}}));
    const auto now = build::shared(with_template("hub", {{"i", "2"}, {"p", "hub"}, {"shared", "hub"}}));
    const auto meta = desired_metadata(build::here, {now}, &present, {kept});
    CHECK(meta.labels.at("p") == "1");
    CHECK(meta.labels.at("shared") == "paused");
    CHECK(meta.labels.find("q") == meta.labels.end());
    CHECK(meta.labels.at("i") == "2");
    CHECK(meta.labels.find("h") == meta.labels.end());
    CHECK(meta.annotations.find("note") == meta.annotations.end());
    CHECK(meta.annotations.at("regcred.dev/template") == "uid-hub/labels=i;uid-paused/labels=p,shared");

    const auto resumed = desired_metadata(build::here, {kept, now}, &meta);
    CHECK(resumed.labels.at("p") == "2");
    CHECK(resumed.labels.at("shared") == "hub");
}

TEST_CASE("an adopted Secret loses the annotation in which kubectl apply keeps the old credentials") {
    auto present = build::meta("regcred", "team-a");
    present.annotations.emplace("kubectl.kubernetes.io/last-applied-configuration", "{CANARY-old}");
    const auto meta = desired_metadata(build::here, {build::shared(build::credential("hub"))}, &present);
    CHECK(meta.annotations.empty());
    CHECK(meta.uid == present.uid);
    CHECK(meta.resource_version == present.resource_version);
}

TEST_CASE("the older object goes first, and of two of the same second the lower UID") {
    auto a = build::meta("a");
    auto b = build::meta("b");
    b.creation_timestamp = "2026-01-01T00:00:01Z";
    CHECK(reconcile::precedes(a, b));
    CHECK_FALSE(reconcile::precedes(b, a));
    b.creation_timestamp = a.creation_timestamp;
    CHECK(reconcile::precedes(a, b));
    a.uid = "z";
    CHECK(reconcile::precedes(b, a));
}
