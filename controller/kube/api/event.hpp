// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/json.hpp"
#include "util/timestamp.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace kube {

enum class event_type { normal, warning };

/// core/v1 ObjectReference.
struct object_reference {
    std::string api_version;
    std::string kind;
    std::string namespace_name;  // empty for cluster-scoped objects
    std::string name;
    std::string uid;
    friend auto operator<=>(const object_reference&, const object_reference&) = default;
};

/// events.k8s.io/v1 Event, as it is created. The server requires reason and action, CamelCase and at most 128
/// bytes each.
struct event {
    std::string name;
    object_reference regarding;
    event_type type = event_type::normal;
    std::string reason;
    std::string action;
    std::string note;                  // for people
    std::string reporting_controller;  // a qualified name: example.com/controller
    std::string reporting_instance;    // this process: the name of the Pod or the host
    util::wall_time time;
};

/// The namespace of an Event: the object's, and `default` for a cluster-scoped object.
[[nodiscard]] std::string event_namespace(const object_reference& regarding);

/// The body of a create. Cuts the note and the instance at the lengths that the server accepts.
[[nodiscard]] json write_event(const event& event);

/// The body of a merge patch that sets the count of an Event, at least 2. All other fields are immutable.
[[nodiscard]] json write_event_series(std::int64_t count, util::wall_time last_observed);

}  // namespace kube
