// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/store_sink.hpp"

#include "unit/runtime/cache/thing.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using kube::watch_event;
using kube::watch_event_type;
using test::document;
using test::thing;
using lines = std::vector<std::string>;

watch_event event(watch_event_type type, kube::json object) {
    watch_event made;
    made.type = type;
    made.object = std::move(object);
    made.resource_version = kube::string_at(kube::object_at(made.object, "metadata"), "resourceVersion");
    return made;
}

struct fixture {
    test::change_log changes;
    runtime::store<thing> store;
    lines reports;
    runtime::store_sink<thing> sink{
        store, test::decode, [this](const runtime::object_key& key, const std::string& why) {
            reports.push_back(runtime::to_string(key) + ": " + why);
        }};

    fixture() { store.add_handler(changes); }

    bool take(watch_event_type type, kube::json object) {
        return sink.event(event(type, std::move(object))).has_value();
    }
    void view(const std::vector<kube::json>& items, const std::string& version) {
        sink.begin_replace();
        for (const kube::json& each : items)
            CHECK(sink.item(each).has_value());
        sink.end_replace(version);
    }
};

TEST_CASE_FIXTURE(fixture, "events and views reach the store") {
    view({document("a", "u1", "1"), document("b", "u2", "2")}, "10");
    CHECK(changes.take().size() == 2);
    CHECK(take(watch_event_type::modified, document("a", "u1", "11")));
    CHECK(take(watch_event_type::added, document("c", "u3", "12")));
    CHECK(take(watch_event_type::deleted, document("b", "u2", "13")));
    CHECK(take(watch_event_type::bookmark, kube::json::object()));
    CHECK(changes.take() == lines{"~a@1>11", "+c@12", "-b@2"});
}

TEST_CASE_FIXTURE(fixture, "events within a view count from its end") {
    view({document("a", "u1", "1")}, "10");
    (void)changes.take();
    sink.begin_replace();
    CHECK(take(watch_event_type::added, document("a", "u1", "1")));
    CHECK(take(watch_event_type::added, document("b", "u2", "2")));
    CHECK(take(watch_event_type::deleted, document("a", "u1", "13")));
    CHECK(changes.take().empty());
    sink.end_replace("20");
    CHECK(changes.take() == lines{"-a@1!", "+b@2!"});
}

TEST_CASE_FIXTURE(fixture, "an object that cannot be decoded stays as it was, in a view and by an event") {
    view({document("a", "u1", "1"), document("b", "u2", "2")}, "10");
    (void)changes.take();
    CHECK(take(watch_event_type::modified, document("a", "u1", "11", "broken")));
    view({document("a", "u1", "11", "broken"), document("b", "u2", "2")}, "20");
    CHECK(changes.take().empty());
    CHECK(store.find({.namespace_name = "ns", .name = "a"})->meta.resource_version == "1");
    CHECK(reports.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "an object that cannot be decoded is reported once for each of its versions") {
    for (int i = 0; i < 3; ++i)
        view({document("a", "u1", "1", "broken")}, "10");
    CHECK(take(watch_event_type::modified, document("a", "u1", "1", "broken")));
    CHECK(reports == lines{"ns/a: payload: is broken"});
    CHECK(take(watch_event_type::modified, document("a", "u1", "2", "broken")));
    CHECK(reports.size() == 2);
    CHECK(store.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "an object is unreadable until it can be decoded or is gone") {
    const std::vector<kube::json> broken{document("a", "u1", "1", "broken"),
                                         document("b", "u2", "2", "broken"),
                                         document("c", "u3", "3", "broken")};
    view(broken, "10");
    CHECK(reports.size() == 3);
    SUBCASE("an event shows it") {
        CHECK(take(watch_event_type::modified, document("a", "u1", "11")));
        CHECK(take(watch_event_type::deleted, document("b", "u2", "12", "broken")));
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

TEST_CASE_FIXTURE(fixture, "an object that cannot be decoded can be deleted") {
    view({document("a", "u1", "1")}, "10");
    (void)changes.take();
    CHECK(take(watch_event_type::deleted, document("a", "u1", "11", "broken")));
    CHECK(changes.take() == lines{"-a@1"});
}

TEST_CASE_FIXTURE(fixture, "an object that cannot even be told apart is an error") {
    for (const kube::json& nobody : std::vector<kube::json>{kube::json::object(),
                                                            kube::json(),
                                                            kube::json("text"),
                                                            {{"metadata", nullptr}},
                                                            {{"metadata", {{"name", 5}}}},
                                                            {{"metadata", {{"name", ""}}}}}) {
        CAPTURE(nobody.dump());
        CHECK(sink.item(nobody).has_error());
        CHECK(sink.event(event(watch_event_type::modified, nobody)).has_error());
        CHECK(sink.event(event(watch_event_type::deleted, nobody)).has_error());
    }
    CHECK(reports.empty());
}

}  // namespace
