// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/event.hpp"

#include "util/utf8.hpp"

#include <algorithm>

namespace kube {

namespace {

constexpr std::size_t max_note_bytes = 1024;
constexpr std::size_t max_instance_bytes = 128;

json write_reference(const object_reference& object) {
    json reference = {{"apiVersion", object.api_version},
                      {"kind", object.kind},
                      {"name", object.name},
                      {"uid", object.uid}};
    if (!object.namespace_name.empty()) reference.emplace("namespace", object.namespace_name);
    return reference;
}

}  // namespace

std::string event_namespace(const object_reference& regarding) {
    return regarding.namespace_name.empty() ? "default" : regarding.namespace_name;
}

json write_event(const event& event) {
    return {{"apiVersion", "events.k8s.io/v1"},
            {"kind", "Event"},
            {"metadata", {{"name", event.name}, {"namespace", event_namespace(event.regarding)}}},
            {"eventTime", util::write_micro_time(event.time)},
            {"regarding", write_reference(event.regarding)},
            {"type", event.type == event_type::warning ? "Warning" : "Normal"},
            {"reason", event.reason},
            {"action", event.action},
            {"note", util::utf8_prefix(event.note, max_note_bytes)},
            {"reportingController", event.reporting_controller},
            {"reportingInstance", util::utf8_prefix(event.reporting_instance, max_instance_bytes)}};
}

json write_event_series(std::int64_t count, util::wall_time last_observed) {
    return {{"series",
             {{"count", std::max<std::int64_t>(count, 2)},
              {"lastObservedTime", util::write_micro_time(last_observed)}}}};
}

}  // namespace kube
