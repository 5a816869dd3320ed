// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/unreadable_objects.hpp"

#include "support/log_capture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using lines = std::vector<std::string>;

runtime::object_identity object(std::string name, std::string uid, std::string resource_version) {
    return {.key = {.namespace_name = "ns", .name = std::move(name)},
            .uid = std::move(uid),
            .resource_version = std::move(resource_version)};
}

struct fixture {
    lines reports;
    runtime::unreadable_objects objects{[this](const runtime::object_key& key, const std::string& error) {
        reports.push_back(key.namespace_name + "/" + key.name + ": " + error);
    }};

    void add(const runtime::object_identity& each) {
        objects.add(each, kube::error(kube::error_kind::malformed, "spec: required"));
    }
};

TEST_CASE("an object is identified by its metadata") {
    const auto identity = runtime::identify(
        {{"metadata", {{"namespace", "ns"}, {"name", "a"}, {"uid", "u1"}, {"resourceVersion", "7"}}}});
    REQUIRE(identity.has_value());
    CHECK(identity->key.namespace_name == "ns");
    CHECK(identity->key.name == "a");
    CHECK(identity->uid == "u1");
    CHECK(identity->resource_version == "7");
}

TEST_CASE("an object without a name is malformed, any other field may be missing") {
    CHECK(runtime::identify({{"metadata", {{"name", "a"}}}}).has_value());
    CHECK(runtime::identify({{"metadata", {{"uid", "u1"}}}}).error().kind == kube::error_kind::malformed);
    CHECK(runtime::identify(kube::json()).error().kind == kube::error_kind::malformed);
}

TEST_CASE_FIXTURE(fixture, "each version of an object is reported once") {
    add(object("a", "u1", "1"));
    add(object("a", "u1", "1"));
    CHECK(reports == lines{"ns/a: spec: required"});
    add(object("a", "u1", "2"));
    add(object("a", "u1", "2"));
    CHECK(reports.size() == 2);
    add(object("a", "u2", "2"));
    add(object("b", "u3", "2"));
    CHECK(reports.size() == 4);
}

TEST_CASE_FIXTURE(fixture, "a removed object is reported again") {
    add(object("a", "u1", "1"));
    objects.remove({.namespace_name = "ns", .name = "a"});
    add(object("a", "u1", "1"));
    CHECK(reports.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "an object that a list does not hold is gone") {
    add(object("a", "u1", "1"));
    add(object("b", "u2", "1"));
    for (int i = 0; i < 2; ++i) {
        objects.begin_list();
        add(object("a", "u1", "1"));
        objects.end_list();
    }
    CHECK(reports.size() == 2);
    add(object("b", "u2", "1"));
    CHECK(reports.size() == 3);
    add(object("a", "u1", "1"));
    CHECK(reports.size() == 3);
}

TEST_CASE_FIXTURE(fixture, "a list that does not end removes nothing") {
    add(object("a", "u1", "1"));
    objects.begin_list();
    objects.begin_list();
    add(object("b", "u2", "1"));
    add(object("a", "u1", "1"));
    objects.end_list();
    add(object("a", "u1", "1"));
    add(object("b", "u2", "1"));
    CHECK(reports.size() == 2);
}

TEST_CASE("without a listener objects are not reported") {
    runtime::unreadable_objects objects;
    objects.add(object("a", "u1", "1"), kube::error(kube::error_kind::malformed, "spec: required"));
}

}  // namespace

TEST_CASE("log_unreadable() warns of the object, the watch and the error") {
    support::log_capture log_lines;
    const runtime::logger log{
        log_lines, runtime::log_level::warn, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::log_unreadable(log, "namespaces")({.namespace_name = "ns", .name = "a"}, "spec: required");
    REQUIRE(log_lines.lines().size() == 1);
    for (const auto* part :
         {" warn ", "cannot decode object", "watch=namespaces", "object=ns/a", "spec: required"}) {
        CAPTURE(log_lines.lines().front());
        CHECK(log_lines.count(part) == 1);
    }
}
