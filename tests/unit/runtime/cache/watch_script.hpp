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

/// Acts as the reflector. Time passes only in sleeps and when a test moves `now`.
class watch_script {
 public:
    explicit watch_script(runtime::watch_policy policy = without_relist(), double random = 0.0)
        : fsm(policy, [random] { return random; }, guard) {}

    /// No periodic lists; there is no jitter if `random` is 0.
    static runtime::watch_policy without_relist() {
        runtime::watch_policy policy;
        policy.relist_period = 0s;
        return policy;
    }

    /// The next action as text. A sleep moves `now`.
    std::string next() {
        const runtime::watch_action action = fsm.next(now);
        const char* begins = action.begins_list ? " (begins)" : "";
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

    /// A streaming list that ends at this version. The stream goes on as a watch.
    void lists(std::string version) {
        opens();
        CHECK(list_ends(std::move(version)) == received_as::list_complete);
    }
    /// A watch from this version, open for a minute.
    void watches_for_a_minute(const std::string& version) {
        REQUIRE(next() == "watch rv=" + version);
        opens();
        now += 1min;
    }

    runtime::time_point now{1h};
    runtime::version_guard guard;
    runtime::watch_fsm fsm;

 private:
    received_as gets(kube::watch_event_type type, std::string version) {
        return fsm.received(event(type, std::move(version)), now);
    }
};

}  // namespace test
