// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "runtime/cache/watch_fsm.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace test {

using namespace std::chrono_literals;
using kube::error_kind;
using runtime::received_as;

inline kube::error failure(error_kind kind, std::optional<std::chrono::milliseconds> retry_after = {}) {
    kube::error made(kind, "scripted");
    made.retry_after = retry_after;
    return made;
}

inline kube::watch_event event(kube::watch_event_type type, std::string version, bool ends_list = false) {
    kube::watch_event made;
    made.type = type;
    made.resource_version = std::move(version);
    made.initial_events_end = ends_list;
    return made;
}

/// Plays the shell of a watch: time stands still but for sleeps and for what a test says passes.
class watch_script {
 public:
    explicit watch_script(runtime::watch_policy policy = calm(), double random = 0.0)
        : fsm(policy, [random] { return random; }) {}

    /// No audits, and no jitter by `random` 0.
    static runtime::watch_policy calm() {
        runtime::watch_policy policy;
        policy.audit_every = 0s;
        return policy;
    }

    /// The next action as text; a sleep is slept.
    std::string next() {
        const runtime::watch_action action = fsm.next(now);
        const char* begins = action.begins_view ? " (begins)" : "";
        switch (action.step) {
            case runtime::watch_step::stream_list:
                return fmt::format("stream_list rv={}{}", action.resource_version, begins);
            case runtime::watch_step::list_page:
                return fmt::format(
                    "list_page rv={} continue={}{}", action.resource_version, action.continue_token, begins);
            case runtime::watch_step::watch:
                return fmt::format("watch rv={}{}", action.resource_version, begins);
            case runtime::watch_step::sleep:
                now += action.delay;
                return fmt::format(
                    "sleep {} ms",
                    std::chrono::duration_cast<std::chrono::milliseconds>(action.delay).count());
            case runtime::watch_step::stop:
                return "stop";
        }
        return "?";
    }

    bool fails(error_kind kind, std::optional<std::chrono::milliseconds> retry_after = {}) {
        return fsm.failed(failure(kind, retry_after), now);
    }
    void opens() { fsm.opened(now); }
    received_as added(std::string version) { return gets(kube::watch_event_type::added, std::move(version)); }
    received_as modified(std::string version) {
        return gets(kube::watch_event_type::modified, std::move(version));
    }
    received_as bookmark(std::string version) {
        return gets(kube::watch_event_type::bookmark, std::move(version));
    }
    received_as list_ends(std::string version) {
        return fsm.received(event(kube::watch_event_type::bookmark, std::move(version), true), now);
    }
    received_as page(const std::string& version, const std::string& continue_token = {}) {
        return fsm.page(version, continue_token, now);
    }

    /// A streaming list that ends at this version; the stream goes on as a watch.
    void lists(std::string version) {
        opens();
        CHECK(list_ends(std::move(version)) == received_as::view_complete);
    }
    /// A watch at this version that has worked for a minute.
    void watches_for_a_minute(const std::string& version) {
        REQUIRE(next() == "watch rv=" + version);
        opens();
        now += 1min;
    }

    runtime::time_point now{1h};
    runtime::watch_fsm fsm;

 private:
    received_as gets(kube::watch_event_type type, std::string version) {
        return fsm.received(event(type, std::move(version)), now);
    }
};

}  // namespace test
