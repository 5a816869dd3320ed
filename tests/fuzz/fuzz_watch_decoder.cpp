// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "kube/client/watch.hpp"

#include <optional>
#include <vector>

// The events of a watch, and the failure that ends it, are the same however the bytes are split. The first
// byte says how.

namespace {

constexpr kube::json_bounds narrow{.bytes = 512, .depth = 12, .values = 100};

struct outcome {
    std::vector<kube::watch_event> events;
    std::optional<kube::error> failure;
};

outcome decode(std::string_view text, std::size_t piece) {
    kube::watch_decoder decoder(narrow);
    outcome all;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        decoder.feed(text.substr(at, piece));
        for (;;) {
            auto event = decoder.next();
            if (!event) {
                all.failure = event.error();
                return all;
            }
            if (!event->has_value()) break;
            all.events.push_back(std::move(**event));
        }
    }
    return all;
}

void require_same(const outcome& one, const outcome& other) {
    require(one.events.size() == other.events.size(), "the number of events does not depend on the split");
    for (std::size_t i = 0; i < one.events.size(); ++i) {
        const auto& a = one.events[i];
        const auto& b = other.events[i];
        require(a.type == b.type && a.object == b.object && a.resource_version == b.resource_version &&
                    a.initial_events_end == b.initial_events_end,
                "no event depends on the split");
    }
    require(one.failure.has_value() == other.failure.has_value(),
            "whether a watch fails does not depend on the split");
    if (!one.failure) return;
    require(one.failure->kind == other.failure->kind && one.failure->message == other.failure->message &&
                one.failure->code == other.failure->code,
            "how a watch fails does not depend on the split");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto text = text_of(data, size).substr(1);
    const auto whole = decode(text, text.size() + 1);
    for (const auto& event : whole.events) {
        require(!event.resource_version.empty(), "an event has a resourceVersion");
        require(event.object.is_object(), "an event has an object");
        require(!event.initial_events_end || event.type == kube::watch_event_type::bookmark,
                "only a bookmark ends the initial events");
    }
    require_same(whole, decode(text, data[0] % 64U + 2U));
    require_same(whole, decode(text, 1));
    return 0;
}
