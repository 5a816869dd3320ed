// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/fake_kubelet.hpp"

#include "support/eventually.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>

namespace harness {

namespace {

std::string time_now() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return fmt::format("{:%FT%TZ}", now);
}

std::uint64_t next_number() {
    static auto number = static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
    return ++number;
}

std::string text(const json& object, const char* name) {
    return object.at("metadata").at(name).get<std::string>();
}

}  // namespace

std::string pods_in(const std::string& namespace_name) {
    return fmt::format("/api/v1/namespaces/{}/pods", namespace_name);
}

std::string pod_path(const std::string& namespace_name, const std::string& name) {
    return fmt::format("{}/{}", pods_in(namespace_name), name);
}

std::string core_events_in(const std::string& namespace_name) {
    return fmt::format("/api/v1/namespaces/{}/events", namespace_name);
}

json absent_pod(const std::string& namespace_name, const std::string& name) {
    return {{"metadata",
             {{"name", name},
              {"namespace", namespace_name},
              {"uid", "00000000-0000-4000-8000-000000000000"},
              {"resourceVersion", "1"}}}};
}

json failed_pull_event(const json& pod, const std::string& secrets, std::string_view before) {
    const auto now = time_now();
    const auto message = fmt::format(
        "{}Unable to retrieve some image pull secrets ({}); attempting to pull the image may not succeed.",
        before,
        secrets);
    return {{"apiVersion", "v1"},
            {"kind", "Event"},
            {"metadata",
             {{"name", fmt::format("{}.{:x}", text(pod, "name"), next_number())},
              {"namespace", text(pod, "namespace")}}},
            {"involvedObject",
             {{"kind", "Pod"},
              {"apiVersion", "v1"},
              {"namespace", text(pod, "namespace")},
              {"name", text(pod, "name")},
              {"uid", text(pod, "uid")},
              {"resourceVersion", text(pod, "resourceVersion")}}},
            {"reason", pull_condition},
            {"message", message},
            {"source", {{"component", "kubelet"}, {"host", "node-1"}}},
            {"firstTimestamp", now},
            {"lastTimestamp", now},
            {"count", 1},
            {"type", "Warning"},
            {"eventTime", nullptr},
            {"reportingComponent", "kubelet"},
            {"reportingInstance", "node-1"}};
}

json fake_kubelet::add_pod(const std::string& namespace_name,
                           const std::string& name,
                           const std::vector<std::string>& pull_secrets) {
    auto references = json::array();
    for (const auto& secret : pull_secrets)
        references.push_back({{"name", secret}});
    const json pod = {
        {"apiVersion", "v1"},
        {"kind", "Pod"},
        {"metadata", {{"name", name}}},
        {"spec",
         {{"containers", json::array({{{"name", "app"}, {"image", "registry.example.com/team/app:v1"}}})},
          {"imagePullSecrets", references}}}};
    json created;
    eventually("a Pod can be created", [&] {  // once the namespace has its ServiceAccount
        const auto answer =
            api_.send({.method = "POST", .path = pods_in(namespace_name), .body = pod, .as = {}});
        created = answer.body;
        return answer.ok() ? "" : answer.message();
    });
    return created;
}

void fake_kubelet::set_state(const json& pod, const std::string& phase, const json& state) {
    const json status = {{"name", "app"},
                         {"image", "registry.example.com/team/app:v1"},
                         {"imageID", ""},
                         {"ready", false},
                         {"restartCount", 0},
                         {"state", state}};
    api_.patch(pod_path(text(pod, "namespace"), text(pod, "name")) + "/status",
               {{"status", {{"phase", phase}, {"containerStatuses", json::array({status})}}}});
}

void fake_kubelet::waits(const json& pod, const std::string& reason) {
    set_state(pod, "Pending", {{"waiting", {{"reason", reason}, {"message", "Back-off pulling image"}}}});
}

void fake_kubelet::runs(const json& pod) {
    set_state(pod, "Running", {{"running", {{"startedAt", time_now()}}}});
}

std::string fake_kubelet::reports(const json& pod, const std::string& secrets, std::string_view before) {
    const auto events = core_events_in(text(pod, "namespace"));
    const auto created = api_.create(events, failed_pull_event(pod, secrets, before));
    return fmt::format("{}/{}", events, text(created, "name"));
}

void fake_kubelet::repeats(const std::string& event_path) {
    const auto count = api_.get(event_path).at("count").get<int>();
    api_.patch(event_path, {{"count", count + 1}, {"lastTimestamp", time_now()}});
}

json fake_kubelet::add_failing_pod(const std::string& namespace_name, const std::string& name) {
    auto pod = add_pod(namespace_name, name);
    waits(pod);
    reports(pod);
    return pod;
}

}  // namespace harness
