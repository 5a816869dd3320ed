// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/store_sink.hpp"

#include "support/log_capture.hpp"
#include "unit/runtime/cache/thing.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using kube::watch_event;
using kube::watch_event_type;
using test::document;
using test::thing;
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

watch_event event(watch_event_type type, kube::json object) {
    watch_event made;
    made.type = type;
    made.object = std::move(object);
    made.resource_version = kube::string_at(kube::object_at(made.object, "metadata"), "resourceVersion");
    return made;
}

struct sink_fixture {
    test::change_log changes;
    runtime::store<thing> store;
    lines reports;
    runtime::store_sink<thing> sink{
        store, test::decode, [this](const runtime::object_key& key, const std::string& why) {
            reports.push_back(runtime::to_string(key) + ": " + why);
        }};

    sink_fixture() { store.add_handler(changes); }

    bool take(watch_event_type type, kube::json object) {
        return sink.event(event(type, std::move(object))).has_value();
    }
    bool list(watch_event_type type, kube::json object) {
        return sink.list_event(event(type, std::move(object))).has_value();
    }
    void view(const std::vector<kube::json>& items, const std::string& version) {
        sink.begin_replace();
        for (const kube::json& each : items)
            CHECK(sink.item(each).has_value());
        sink.end_replace(version);
    }
};

TEST_CASE_FIXTURE(sink_fixture, "events and views reach the store") {
    view({document("a", "u1", "1"), document("b", "u2", "2")}, "10");
    CHECK(changes.take().size() == 2);
    CHECK(take(watch_event_type::modified, document("a", "u1", "11")));
    CHECK(take(watch_event_type::added, document("c", "u3", "12")));
    CHECK(take(watch_event_type::deleted, document("b", "u2", "13")));
    CHECK(take(watch_event_type::bookmark, kube::json::object()));
    CHECK(changes.take() == lines{"~a@1>11", "+c@12", "-b@2"});
}

TEST_CASE_FIXTURE(sink_fixture, "events of a streaming list count from its end") {
    view({document("a", "u1", "1")}, "10");
    (void)changes.take();
    sink.begin_replace();
    CHECK(list(watch_event_type::added, document("a", "u1", "1")));
    CHECK(list(watch_event_type::added, document("b", "u2", "2")));
    CHECK(list(watch_event_type::deleted, document("a", "u1", "13")));
    CHECK(changes.take().empty());
    sink.end_replace("20");
    CHECK(changes.take() == lines{"-a@1", "+b@2"});
}

TEST_CASE_FIXTURE(sink_fixture, "events of a watch count at once, also while a list is read beside it") {
    view({document("a", "u1", "1"), document("b", "u2", "2")}, "10");
    (void)changes.take();
    sink.begin_replace();
    CHECK(list(watch_event_type::added, document("a", "u1", "1")));
    CHECK(take(watch_event_type::modified, document("a", "u1", "25")));
    CHECK(take(watch_event_type::deleted, document("b", "u2", "26")));
    CHECK(take(watch_event_type::added, document("c", "u3", "27")));
    CHECK(changes.take() == lines{"~a@1>25", "-b@2", "+c@27"});
    CHECK(list(watch_event_type::added, document("b", "u2", "2")));
    CHECK(list(watch_event_type::added, document("d", "u4", "4")));
    sink.end_replace("20");
    CHECK(changes.take() == lines{"+d@4"});
}

TEST_CASE_FIXTURE(sink_fixture,
                  "an object that cannot be decoded stays as it was, in a view and by an event") {
    view({document("a", "u1", "1"), document("b", "u2", "2")}, "10");
    (void)changes.take();
    CHECK(take(watch_event_type::modified, document("a", "u1", "11", "broken")));
    view({document("a", "u1", "11", "broken"), document("b", "u2", "2")}, "20");
    CHECK(changes.take().empty());
    CHECK(store.find({.namespace_name = "ns", .name = "a"})->meta.resource_version == "1");
    CHECK(reports.size() == 1);
}

TEST_CASE_FIXTURE(sink_fixture,
                  "an object that cannot be decoded is reported once for each of its versions") {
    for (int i = 0; i < 3; ++i)
        view({document("a", "u1", "1", "broken")}, "10");
    CHECK(take(watch_event_type::modified, document("a", "u1", "1", "broken")));
    CHECK(reports == lines{"ns/a: payload: is broken"});
    CHECK(take(watch_event_type::modified, document("a", "u1", "2", "broken")));
    CHECK(reports.size() == 2);
    CHECK(store.size() == 0);
}

TEST_CASE_FIXTURE(sink_fixture, "an object is unreadable until it can be decoded or is gone") {
    const std::vector<kube::json> broken{document("a", "u1", "1", "broken"),
                                         document("b", "u2", "2", "broken"),
                                         document("c", "u3", "3", "broken")};
    view(broken, "10");
    CHECK(reports.size() == 3);
    CHECK(sink.unreadable() == 3);
    SUBCASE("an event shows it") {
        CHECK(take(watch_event_type::modified, document("a", "u1", "11")));
        CHECK(take(watch_event_type::deleted, document("b", "u2", "12", "broken")));
        CHECK(sink.unreadable() == 1);
        view(broken, "20");
        CHECK(reports.size() == 5);  // a and b again
    }
    SUBCASE("a view shows it") {
        view({document("a", "u1", "11")}, "20");
        view(broken, "30");
        CHECK(reports.size() == 6);
    }
    SUBCASE("a view that does not come to its end shows nothing") {
        sink.begin_replace();
        sink.abandon_replace();
        view(broken, "20");
        CHECK(reports.size() == 3);
    }
}

TEST_CASE_FIXTURE(sink_fixture, "an object that cannot be decoded can be deleted") {
    view({document("a", "u1", "1")}, "10");
    (void)changes.take();
    CHECK(take(watch_event_type::deleted, document("a", "u1", "11", "broken")));
    CHECK(changes.take() == lines{"-a@1"});
}

TEST_CASE_FIXTURE(sink_fixture, "an object that cannot be identified is an error") {
    for (const kube::json& anonymous : std::vector<kube::json>{kube::json::object(),
                                                               kube::json(),
                                                               kube::json("text"),
                                                               {{"metadata", nullptr}},
                                                               {{"metadata", {{"name", 5}}}},
                                                               {{"metadata", {{"name", ""}}}}}) {
        CAPTURE(anonymous.dump());
        CHECK(sink.item(anonymous).has_error());
        CHECK(sink.event(event(watch_event_type::modified, anonymous)).has_error());
        CHECK(sink.event(event(watch_event_type::deleted, anonymous)).has_error());
        CHECK(sink.list_event(event(watch_event_type::added, anonymous)).has_error());
        CHECK(sink.list_event(event(watch_event_type::deleted, anonymous)).has_error());
    }
    CHECK(reports.empty());
}

}  // namespace

TEST_CASE("log_unreadable() warns of the object, the watch and the error") {
    support::log_capture log_lines;
    const runtime::logger log{
        log_lines, runtime::log_level::warn, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::log_unreadable(log, "namespaces")({.namespace_name = "ns", .name = "a"}, "spec: required");
    REQUIRE(log_lines.lines().size() == 1);
    for (const auto* part :
         {" warn ", "cannot decode object", "watch=namespaces", "namespace=ns name=a", "spec: required"}) {
        CAPTURE(log_lines.lines().front());
        CHECK(log_lines.count(part) == 1);
    }
}
