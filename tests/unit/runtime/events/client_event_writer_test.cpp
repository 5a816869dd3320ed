// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/client_event_writer.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace std::chrono_literals;

runtime::event_write example() {
    runtime::event_write write;
    write.what.regarding = {.api_version = "regcred.dev/v1alpha1",
                            .kind = "RegistryCredential",
                            .namespace_name = {},
                            .name = "docker-hub",
                            .uid = "u1"};
    write.what.type = runtime::event_type::warning;
    write.what.reason = "Conflict";
    write.what.action = "Sync";
    write.what.note = "team-a holds a Secret of this name that regcred did not make";
    write.name = "docker-hub.1f";
    write.when = runtime::wall_time{1s};
    return write;
}

TEST_CASE("the Event of a cluster-scoped object lives in default and says who reports it") {
    CHECK(runtime::new_event(example(), "regcred-controller-7d4") ==
          kube::json{{"apiVersion", "events.k8s.io/v1"},
                     {"kind", "Event"},
                     {"metadata", {{"name", "docker-hub.1f"}, {"namespace", "default"}}},
                     {"eventTime", "1970-01-01T00:00:01.000000Z"},
                     {"reportingController", "regcred.dev/controller"},
                     {"reportingInstance", "regcred-controller-7d4"},
                     {"action", "Sync"},
                     {"reason", "Conflict"},
                     {"regarding",
                      {{"apiVersion", "regcred.dev/v1alpha1"},
                       {"kind", "RegistryCredential"},
                       {"name", "docker-hub"},
                       {"uid", "u1"}}},
                     {"note", "team-a holds a Secret of this name that regcred did not make"},
                     {"type", "Warning"}});
}

TEST_CASE("an Event that was counted before it could be made begins with its series") {
    runtime::event_write write = example();
    write.count = 3;
    CHECK(runtime::new_event(write, "pod").at("series") ==
          kube::json{{"count", 3}, {"lastObservedTime", "1970-01-01T00:00:01.000000Z"}});
}

}  // namespace
