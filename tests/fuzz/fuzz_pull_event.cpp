// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "kube/api/names.hpp"
#include "reconcile/pull_failures/pod_view.hpp"
#include "reconcile/pull_failures/pull_event.hpp"

#include <algorithm>
#include <string>

// Whatever a tenant writes as an Event, or as a Pod: what is taken from it are names that exist in
// Kubernetes, few of them, and the order of similar Events does not matter.

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    const auto any = [](std::string_view) { return true; };
    const auto names = reconcile::missing_secrets(text, any);
    require(names.size() <= 16, "a message has few names");
    for (const auto& name : names) {
        require(kube::is_dns1123_subdomain(name), "a name is one of Kubernetes");
        require(text.find(name) != std::string_view::npos, "a name stands in the message");
        require(std::ranges::count(names, name) == 1, "a name comes once");
    }
    const auto combined = "(combined from similar events): " + std::string(text);
    if (!names.empty() && !text.starts_with('(') && combined.size() <= 4096)
        require(reconcile::missing_secrets(combined, any) == names, "the prefix changes nothing");
    require(reconcile::missing_secrets(text, [](std::string_view) { return false; }).empty(),
            "a name that is not in use is not kept");

    const auto object = kube::parse_bounded(text, {});
    if (!object) return 0;
    static_cast<void>(reconcile::read_pod(*object));
    const auto event = reconcile::read_pull_event(*object, any);
    if (!event) return 0;
    require(kube::is_dns1123_label(event->namespace_name) && kube::is_dns1123_subdomain(event->pod),
            "an Event is about a Pod that can exist");
    require(!event->secrets.empty() && !event->uid.empty(), "an Event says which Secrets, of which Pod");
    return 0;
}
