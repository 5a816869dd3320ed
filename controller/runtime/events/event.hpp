// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/event.hpp"
#include "runtime/time.hpp"

#include <compare>
#include <cstdint>
#include <string>

namespace runtime {

using event_type = kube::event_type;

/// What is told to the users of an object; `kubectl describe` shows it.
struct event_note {
    kube::object_reference regarding;
    event_type type = event_type::normal;
    std::string reason;  // short, CamelCase
    std::string action;  // what was done or tried, CamelCase; events.k8s.io/v1 requires it
    std::string note;    // for people; cut at 1,024 bytes, the API's limit
    friend auto operator<=>(const event_note&, const event_note&) = default;
};

/// A request that an event leads to.
struct event_write {
    event_note what;
    std::string name;        // of the Event
    bool is_new = true;      // create the Event; else set its series
    std::int64_t count = 1;  // how often it has happened
    wall_time when;          // the last time
};

}  // namespace runtime
