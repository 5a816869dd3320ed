// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/store.hpp"

#include "unit/runtime/cache/thing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using test::make_thing;
using test::thing;
using lines = std::vector<std::string>;

struct fixture {
    test::change_log changes;
    runtime::store<thing> store;

    fixture() { store.add_handler(changes); }

    [[nodiscard]] std::string at(std::string_view name) const {
        const auto found = store.find({.namespace_name = "ns", .name = name});
        return found ? found->meta.resource_version : "-";
    }
    void erase(std::string_view name, const std::string& version) {
        store.erase({.namespace_name = "ns", .name = name}, version);
    }
    void view(const std::vector<thing>& items, std::string_view version) {
        store.begin_replace();
        for (const thing& each : items)
            store.replace_item(each);
        store.end_replace(version);
    }
};

TEST_CASE_FIXTURE(fixture, "handlers get each event as the change that it makes") {
    store.upsert(make_thing("a", "u1", "5"));
    store.upsert(make_thing("a", "u1", "7"));
    erase("a", "9");
    CHECK(changes.take() == lines{"+a@5", "~a@5>7", "-a@7"});
    CHECK(store.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "the store has changed when each of its handlers hears of it") {
    std::string seen;
    struct looks final : runtime::event_handler<thing> {
        looks(fixture& from, std::string& to) : store(from), texts(to) {}
        void handle(const runtime::change<thing>&) override { texts += store.at("a") + " "; }
        fixture& store;
        std::string& texts;
    } handler(*this, seen);
    store.add_handler(handler);
    store.upsert(make_thing("a", "u1", "5"));
    store.upsert(make_thing("a", "u1", "7"));
    erase("a", "9");
    CHECK(seen == "5 7 - ");
    CHECK(changes.take().size() == 3);
}

TEST_CASE_FIXTURE(fixture, "repeated and older events change nothing") {
    store.upsert(make_thing("a", "u1", "7"));
    (void)changes.take();
    store.upsert(make_thing("a", "u1", "7"));
    store.upsert(make_thing("a", "u1", "6"));
    erase("a", "6");
    erase("unknown", "9");
    CHECK(changes.take().empty());
    CHECK(at("a") == "7");
}

TEST_CASE_FIXTURE(fixture, "an unchanged object keeps its memory") {
    store.upsert(make_thing("a", "u1", "7"));
    const auto before = store.find({.namespace_name = "ns", .name = "a"});
    store.upsert(make_thing("a", "u1", "7"));
    view({make_thing("a", "u1", "7")}, "9");
    CHECK(store.find({.namespace_name = "ns", .name = "a"}) == before);
    CHECK(before.use_count() == 2);  // the store's and ours: no copy is left anywhere
}

TEST_CASE_FIXTURE(fixture, "an object with the same name and another UID is a new object") {
    store.upsert(make_thing("a", "u1", "5"));
    (void)changes.take();
    store.upsert(make_thing("a", "u2", "8"));
    CHECK(changes.take() == lines{"-a@5", "+a@8"});
    SUBCASE("and the late end of the first does not touch it") {
        erase("a", "7");
        CHECK(changes.take().empty());
        CHECK(at("a") == "8");
    }
    SUBCASE("and a late event of the first does not bring it back") {
        store.upsert(make_thing("a", "u1", "6"));
        CHECK(changes.take().empty());
        CHECK(at("a") == "8");
    }
}

TEST_CASE_FIXTURE(fixture, "versions that cannot be compared are taken as they come") {
    store.upsert(make_thing("a", "u1", "x7"));
    store.upsert(make_thing("a", "u1", "x6"));
    erase("a", "x5");
    CHECK(changes.take() == lines{"+a@x7", "~a@x7>x6", "-a@x6"});
}

TEST_CASE_FIXTURE(fixture, "the same name in two namespaces is two objects") {
    thing other = make_thing("a", "u2", "6");
    other.meta.namespace_name = "other";
    store.upsert(make_thing("a", "u1", "5"));
    store.upsert(other);
    CHECK(store.size() == 2);
    CHECK(store.find({.namespace_name = "other", .name = "a"})->meta.uid == "u2");
}

TEST_CASE_FIXTURE(fixture, "a store is in sync after its first complete view") {
    store.upsert(make_thing("a", "u1", "5"));
    CHECK_FALSE(store.synced());
    store.begin_replace();
    CHECK_FALSE(store.synced());
    store.abandon_replace();
    CHECK_FALSE(store.synced());
    view({}, "9");
    CHECK(store.synced());
}

TEST_CASE_FIXTURE(fixture, "a complete view reports what changed while no watch ran, deletions included") {
    view({make_thing("gone", "u1", "1"),
          make_thing("same", "u2", "2"),
          make_thing("new-state", "u3", "3"),
          make_thing("reborn", "u4", "4")},
         "10");
    lines first = changes.take();
    std::ranges::sort(first);
    CHECK(first == lines{"+gone@1", "+new-state@3", "+reborn@4", "+same@2"});

    view({make_thing("same", "u2", "2"),
          make_thing("new-state", "u3", "13"),
          make_thing("reborn", "u5", "14"),
          make_thing("new", "u6", "15")},
         "20");
    lines second = changes.take();
    CHECK(second.front() == "-gone@1");
    std::ranges::sort(second);
    CHECK(second == lines{"+new@15", "+reborn@14", "-gone@1", "-reborn@4", "~new-state@3>13"});
    CHECK(store.size() == 4);
}

TEST_CASE_FIXTURE(fixture, "a view that does not come to its end changes nothing") {
    view({make_thing("a", "u1", "1"), make_thing("b", "u2", "2")}, "10");
    (void)changes.take();
    store.begin_replace();
    store.replace_item(make_thing("a", "u1", "11"));
    store.replace_item(make_thing("c", "u3", "12"));
    store.replace_erase({.namespace_name = "ns", .name = "b"});
    CHECK(changes.take().empty());
    CHECK(at("a") == "1");
    SUBCASE("when it is abandoned") {
        store.abandon_replace();
        CHECK(changes.take().empty());
        CHECK(store.size() == 2);
    }
    SUBCASE("when another is begun, which does not see its items") {
        view({make_thing("a", "u1", "1"), make_thing("b", "u2", "2")}, "20");
        CHECK(changes.take().empty());
        CHECK(store.size() == 2);
    }
}

TEST_CASE_FIXTURE(fixture, "an item that cannot be decoded does not look deleted") {
    view({make_thing("a", "u1", "1"), make_thing("b", "u2", "2")}, "10");
    (void)changes.take();
    store.begin_replace();
    SUBCASE("as long as it is the same object, or may be") {
        store.replace_keep({.namespace_name = "ns", .name = "a"}, "u1");
        store.replace_keep({.namespace_name = "ns", .name = "b"}, "");
        store.replace_keep({.namespace_name = "ns", .name = "unknown"}, "u9");
        store.end_replace("20");
        CHECK(changes.take().empty());
    }
    SUBCASE("but with another UID the object known is gone") {
        store.replace_keep({.namespace_name = "ns", .name = "a"}, "u9");
        store.replace_keep({.namespace_name = "ns", .name = "b"}, "u2");
        store.end_replace("20");
        CHECK(changes.take() == lines{"-a@1"});
    }
}

TEST_CASE_FIXTURE(fixture, "changes that come within a streaming list count for the view") {
    view({make_thing("a", "u1", "1"), make_thing("b", "u2", "2")}, "10");
    (void)changes.take();
    store.begin_replace();
    store.replace_item(make_thing("a", "u1", "1"));
    store.replace_item(make_thing("b", "u2", "12"));
    store.replace_item(make_thing("c", "u3", "13"));
    store.replace_erase({.namespace_name = "ns", .name = "a"});  // deleted meanwhile
    store.replace_erase({.namespace_name = "ns", .name = "c"});  // created and deleted
    store.replace_item(make_thing("b", "u2", "15"));             // changed twice
    store.replace_item(make_thing("b", "u2", "14"));             // out of order
    store.end_replace("20");
    CHECK(changes.take() == lines{"-a@1", "~b@2>15"});
}

TEST_CASE_FIXTURE(fixture,
                  "an object that is deleted and created again during a streaming list is a new object") {
    view({make_thing("a", "u1", "1")}, "10");
    (void)changes.take();
    store.begin_replace();
    store.replace_item(make_thing("a", "u1", "1"));
    store.replace_erase({.namespace_name = "ns", .name = "a"});
    store.replace_item(make_thing("a", "u2", "15"));
    store.end_replace("20");
    CHECK(changes.take() == lines{"-a@1", "+a@15"});
}

TEST_CASE_FIXTURE(fixture, "a list leaves objects alone that are newer than the list") {
    view({make_thing("a", "u1", "1")}, "10");
    (void)changes.take();
    store.begin_replace();
    store.replace_item(make_thing("a", "u1", "1"));
    // Answers to own writes arrive while the list is read.
    store.upsert(make_thing("created", "u2", "25"));
    store.upsert(make_thing("a", "u1", "26"));
    CHECK(changes.take() == lines{"+created@25", "~a@1>26"});
    SUBCASE("it has them not yet") {
        store.end_replace("20");
        CHECK(changes.take().empty());
        CHECK(at("created") == "25");
        CHECK(at("a") == "26");
    }
    SUBCASE("it has an older state of them") {
        store.replace_item(make_thing("a", "u1", "19"));
        store.end_replace("20");
        CHECK(changes.take().empty());
        CHECK(at("a") == "26");
    }
    SUBCASE("it is newer, and they are gone") {
        store.end_replace("30");
        CHECK(changes.take() == lines{"-created@25"});
    }
}

TEST_CASE_FIXTURE(fixture,
                  "handlers get one change for an object whose earlier items in the list were older") {
    view({}, "10");
    store.begin_replace();
    store.replace_item(make_thing("a", "u1", "12"));
    store.upsert(make_thing("a", "u1", "13"));
    store.end_replace("20");
    CHECK(changes.take() == lines{"+a@13"});
    CHECK(at("a") == "13");
}

TEST_CASE_FIXTURE(fixture,
                  "an object that an event deletes while a view is read does not come back with it") {
    view({make_thing("a", "u1", "1")}, "10");
    (void)changes.take();
    const runtime::object_key_view key{.namespace_name = "ns", .name = "b"};
    store.begin_replace();
    SUBCASE("though the view has it") {
        store.replace_item(make_thing("b", "u2", "12"));
        store.upsert(make_thing("b", "u2", "12"));
        store.erase(key, "25");
        store.replace_item(make_thing("a", "u1", "1"));
        store.end_replace("20");
        CHECK(changes.take() == lines{"+b@12", "-b@12"});
    }
    SUBCASE("also if the deletion is known by the object's own version, as of an own write") {
        store.upsert(make_thing("b", "u2", "12"));
        store.erase(key, "12");
        store.replace_item(make_thing("a", "u1", "1"));
        store.replace_item(make_thing("b", "u2", "12"));
        store.end_replace("20");
        CHECK(changes.take() == lines{"+b@12", "-b@12"});
    }
    SUBCASE("unless it was created again") {
        store.erase(key, "13");
        store.replace_item(make_thing("a", "u1", "1"));
        store.replace_item(make_thing("b", "u3", "15"));
        store.end_replace("20");
        CHECK(changes.take() == lines{"+b@15"});
    }
    SUBCASE("only in that view") {
        store.erase(key, "13");
        store.replace_item(make_thing("a", "u1", "1"));
        store.end_replace("20");
        view({make_thing("a", "u1", "1"), make_thing("b", "u2", "12")}, "30");
        CHECK(changes.take() == lines{"+b@12"});
    }
}

TEST_CASE_FIXTURE(fixture, "a view that is not older and shows an older object is right: etcd was restored") {
    view({make_thing("a", "u1", "15"), make_thing("b", "u2", "16")}, "20");
    (void)changes.take();
    store.begin_replace();
    store.replace_item(make_thing("a", "u1", "5"));
    SUBCASE("of the same object") {
        store.replace_item(make_thing("b", "u2", "16"));
        store.end_replace("15");
        CHECK(changes.take() == lines{"~a@15>5"});
        CHECK(at("a") == "5");
        view({make_thing("a", "u1", "5"), make_thing("b", "u2", "16")}, "30");
        CHECK(changes.take().empty());
    }
    SUBCASE("or of another one with its name") {
        store.replace_item(make_thing("b", "u9", "6"));
        store.end_replace("20");
        auto seen = changes.take();
        std::ranges::sort(seen);
        CHECK(seen == lines{"+b@6", "-b@16", "~a@15>5"});
    }
    SUBCASE("unless the view itself is older") {
        store.replace_item(make_thing("b", "u2", "16"));
        store.end_replace("14");
        CHECK(changes.take().empty());
    }
    SUBCASE("unless the view shows the newer state too, as a streaming list may") {
        store.replace_item(make_thing("b", "u2", "16"));
        store.replace_item(make_thing("a", "u1", "15"));
        store.end_replace("20");
        CHECK(changes.take().empty());
    }
    SUBCASE("unless it changes meanwhile") {
        store.replace_item(make_thing("b", "u2", "16"));
        store.upsert(make_thing("a", "u1", "18"));
        store.end_replace("20");
        CHECK(changes.take() == lines{"~a@15>18"});
    }
    SUBCASE("unless the view is abandoned") {
        store.abandon_replace();
        CHECK(changes.take().empty());
    }
}

TEST_CASE_FIXTURE(fixture, "every object is visited") {
    view({make_thing("a", "u1", "1"), make_thing("b", "u2", "2")}, "10");
    std::string seen;
    store.for_each([&](const auto& each) { seen += each->meta.name; });
    std::ranges::sort(seen);
    CHECK(seen == "ab");
}

}  // namespace
