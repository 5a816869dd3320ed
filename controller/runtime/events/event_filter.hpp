// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/events/event.hpp"
#include "runtime/events/token_bucket.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace runtime {

struct event_policy {
    duration window{std::chrono::minutes{10}};  // a repeat this long after the last one is a new Event
    double burst = 10;                          // requests for one object at once …
    duration refill{std::chrono::minutes{1}};   // … and then one each
    std::size_t remembered = 1'024;             // different events, and objects
};

/// Which events lead to a request, as client-go's correlator does: an event like an earlier one counts that
/// one's series up instead of making a new one, and each object has a budget of requests. What is not written
/// is still counted, and shows in the next request of its series.
class event_filter {
 public:
    explicit event_filter(event_policy policy = {});

    /// `when` is the wall clock's `now`. Nothing if no request is to be made.
    [[nodiscard]] std::optional<event_write> record(event_note what, time_point now, wall_time when);
    /// The Event could not be written, or is gone: the next one like it is new.
    void forget(const event_note& what);

    [[nodiscard]] std::size_t remembered() const noexcept { return series_.size(); }
    [[nodiscard]] std::uint64_t suppressed() const noexcept { return suppressed_; }

 private:
    struct series {
        std::string name;  // of the Event; empty as long as it has not been written
        std::int64_t count = 0;
        time_point last;
    };

    [[nodiscard]] series& series_of(const event_note& what, time_point now);
    [[nodiscard]] bool may_write(const kube::object_reference& about, time_point now);
    [[nodiscard]] std::string new_name(const event_note& what, wall_time when);
    void make_room(time_point now);

    event_policy policy_;
    std::map<event_note, series> series_;
    std::map<kube::object_reference, token_bucket> budgets_;
    std::int64_t last_stamp_ = 0;
    std::uint64_t suppressed_ = 0;
};

}  // namespace runtime
