// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_event_watch.hpp"

#include "unit/reconcile/api_objects.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using kube::watch_event_type;

namespace {

const std::string open_stream = std::string(harness::chunked_head) + std::string(harness::last_chunk);

struct fixture {
    explicit fixture(std::vector<std::string> responses) : stage(wire::in_turn(std::move(responses))) {}

    void watch() { static_cast<void>(stage.run(source.watch({"1", false, std::chrono::seconds(60)}))); }

    api_fixture stage;
    std::vector<bool> answers;
    reconcile::pull_event_source source{*stage.client, [this](bool allowed) { answers.push_back(allowed); }};
};

}  // namespace

TEST_CASE("a watch of pull failures selects the kubelet's reason and Pods") {
    fixture f({open_stream});
    f.watch();
    CHECK(f.stage.last_line().find("GET /api/v1/events?") == 0);
    CHECK(f.stage.last_line().find("watch=1") != std::string::npos);
    CHECK(f.stage.last_line().find(
              "fieldSelector=reason%3DFailedToRetrieveImagePullSecret%2CinvolvedObject.kind%3DPod") !=
          std::string::npos);
    CHECK(f.answers == std::vector{true});
}

TEST_CASE("the watch counts as forbidden from the fourth refusal in a row") {
    const auto refusal = wire::refusal(403, "Forbidden");
    fixture f({refusal, refusal, refusal, open_stream, refusal, refusal, refusal, refusal, refusal});
    for (int n = 0; n < 8; ++n)
        f.watch();
    CHECK(f.answers == std::vector{true, false});
    f.watch();
    CHECK(f.answers == std::vector{true, false, false});
}

TEST_CASE("other errors do not count as refusals, and a refused list does") {
    const auto refusal = wire::refusal(403, "Forbidden");
    fixture f({refusal, refusal, wire::refusal(500, "InternalError"), refusal, refusal});
    for (int n = 0; n < 4; ++n)
        f.watch();
    CHECK(f.answers.empty());
    CHECK(f.stage.run(f.source.list({})).has_error());
    CHECK(f.answers == std::vector{false});
}

TEST_CASE("the sink passes on added and modified Events, and no others") {
    std::vector<std::string> taken;
    reconcile::pull_event_sink sink([&](const kube::json& object) { taken.push_back(object.dump()); });
    const auto event = [](watch_event_type type, int number) {
        kube::watch_event made;
        made.type = type;
        made.object = number;
        return made;
    };
    sink.begin_replace();
    CHECK(sink.item(0).has_value());
    sink.end_replace("5");
    CHECK(sink.event(event(watch_event_type::added, 1)).has_value());
    CHECK(sink.event(event(watch_event_type::modified, 2)).has_value());
    CHECK(sink.event(event(watch_event_type::deleted, 3)).has_value());
    CHECK(sink.event(event(watch_event_type::bookmark, 4)).has_value());
    CHECK(taken == std::vector<std::string>{"1", "2"});
}
