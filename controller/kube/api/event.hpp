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
    std::string reporting_controller;  // a qualified name: regcred.dev/controller
    std::string reporting_instance;    // this process: the Pod, or the host
    util::wall_time time;
};

/// Where the Event of an object lives: in the object's namespace, and in `default` for a cluster-scoped
/// object.
[[nodiscard]] std::string event_namespace(const object_reference& regarding);

/// The body of a create. The note is cut at the 1,024 bytes that the server accepts, the instance at 128.
[[nodiscard]] json write_event(const event& what);

/// The body of a merge patch that counts an Event up, at least to 2. All else of an Event is immutable.
[[nodiscard]] json write_event_series(std::int64_t count, util::wall_time last_observed);

}  // namespace kube
