// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/event.hpp"

#include "util/printable.hpp"

#include <algorithm>

namespace kube {

namespace {

constexpr std::size_t note_bytes = 1024;
constexpr std::size_t instance_bytes = 128;

json write_reference(const object_reference& to) {
    json reference = {{"apiVersion", to.api_version}, {"kind", to.kind}, {"name", to.name}, {"uid", to.uid}};
    if (!to.namespace_name.empty()) reference.emplace("namespace", to.namespace_name);
    return reference;
}

}  // namespace

std::string event_namespace(const object_reference& regarding) {
    return regarding.namespace_name.empty() ? "default" : regarding.namespace_name;
}

json write_event(const event& what) {
    return {{"apiVersion", "events.k8s.io/v1"},
            {"kind", "Event"},
            {"metadata", {{"name", what.name}, {"namespace", event_namespace(what.regarding)}}},
            {"eventTime", util::write_micro_time(what.time)},
            {"regarding", write_reference(what.regarding)},
            {"type", what.type == event_type::warning ? "Warning" : "Normal"},
            {"reason", what.reason},
            {"action", what.action},
            {"note", util::utf8_prefix(what.note, note_bytes)},
            {"reportingController", what.reporting_controller},
            {"reportingInstance", util::utf8_prefix(what.reporting_instance, instance_bytes)}};
}

json write_event_series(std::int64_t count, util::wall_time last_observed) {
    return {{"series",
             {{"count", std::max<std::int64_t>(count, 2)},
              {"lastObservedTime", util::write_micro_time(last_observed)}}}};
}

}  // namespace kube
