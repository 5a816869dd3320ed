// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "event_burst.hpp"

#include "objects.hpp"
#include "statistics.hpp"
#include "support/eventually.hpp"
#include "support/fake_kubelet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>
#include <vector>

namespace bench {

namespace {

constexpr auto pod_name = "waits";
constexpr std::size_t most_pods = 20;  // a status shows at most so many
constexpr std::size_t namespaces_to_a_pod = 5;

std::vector<json> flood(const std::string& where, std::size_t count) {
    std::vector<json> events;
    for (const auto& pod : numbered("absent", count))
        events.push_back(harness::failed_pull_event(harness::absent_pod(where, pod), secret_name));
    return events;
}

}  // namespace

event_burst::event_burst(test_bed& bed, std::string credential, std::string fresh)
    : bed_(bed),
      credential_(std::move(credential)),
      fresh_(std::move(fresh)),
      administrator_(bed.where().admin_kubeconfig, 1, bed.raw_namespaces().front()) {}

void event_burst::run() {
    const auto& where = bed_.raw_namespaces().front();
    const auto events = flood(where, bed_.how_much().events);
    harness::admin tenant(bed_.where().admin_kubeconfig);
    span flooding{.begin = clock::now(), .end = {}};
    auto sent = std::async(std::launch::async, [&] {
        tenant.create_all(harness::core_events_in(where), events);
        return clock::now();
    });
    do {
        serve_namespace();
        const bool turn = measured_.namespace_served.size() % namespaces_to_a_pod == 1;
        if (turn && measured_.pod_told.size() < std::min(most_pods, bed_.namespaces().size())) report_pod();
    } while (sent.wait_for(std::chrono::seconds(0)) != std::future_status::ready);
    flooding.end = sent.get();
    measured_.seconds = flooding.seconds();
    forget_pods();
}

void event_burst::serve_namespace() {
    const auto name = fmt::format("{}-{:04}", fresh_, measured_.namespace_served.size());
    auto served = bed_.watch().expect(kube::watch_event_type::added, {name});
    const auto made = administrator_.create_namespaces({name});
    measured_.namespace_made.push_back(milliseconds(made.end - made.begin));
    measured_.namespace_served.push_back(milliseconds(served.wait() - made.end));
}

void event_burst::report_pod() {
    const auto& where = bed_.namespaces()[measured_.pod_told.size()];
    harness::fake_kubelet kubelet(bed_.admin());
    kubelet.add_failing_pod(where, pod_name);
    const auto begin = clock::now();
    harness::eventually("the status tells of the Pod", [&] {
        const auto shown = status().value("affectedPods", json::array());
        const bool told = std::ranges::any_of(
            shown, [&](const json& one) { return one.at("namespace").get<std::string>() == where; });
        return told ? "" : "it does not";
    });
    measured_.pod_told.push_back(milliseconds(clock::now() - begin));
}

/// As long as one of them is known, it is looked at again and again.
void event_burst::forget_pods() {
    for (std::size_t i = 0; i < measured_.pod_told.size(); ++i)
        bed_.admin().remove(harness::pod_path(bed_.namespaces()[i], pod_name));
    harness::eventually(
        "no Pod fails",
        [&] { return status().value("pullFailures", 0) == 0 ? "" : "the status tells of some"; },
        std::chrono::minutes(2));
}

json event_burst::status() {
    return bed_.admin().get(fmt::format("{}/{}", credentials, credential_)).value("status", json::object());
}

}  // namespace bench
