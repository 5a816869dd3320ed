// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/event.hpp"
#include "runtime/time.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace runtime {

/// A rate limiter: `burst` tokens at once, then one every `interval`.
class token_bucket {
 public:
    token_bucket(double burst, duration interval, time_point now) noexcept;
    /// Takes a token if there is one.
    [[nodiscard]] bool take(time_point now) noexcept;
    /// Whether a new bucket would be the same.
    [[nodiscard]] bool full(time_point now) const noexcept;

 private:
    [[nodiscard]] double tokens_at(time_point now) const noexcept;

    double burst_;
    duration interval_;
    double tokens_;
    time_point updated_;  // when tokens_ was valid
};

/// What the users of an object are told; `kubectl describe` shows it. Events that are equal form a series.
struct object_event {
    kube::object_reference regarding;
    kube::event_type type = kube::event_type::normal;
    std::string reason;  // short, CamelCase
    std::string action;  // what was done or tried, CamelCase; events.k8s.io/v1 requires it
    std::string note;    // for people; cut at 1,024 bytes, the API's limit
    /// If set, the Event's name depends on it and not on the time: an Event of that name that exists already,
    /// as after a restart, has told the same.
    std::optional<std::uint64_t> identity;
    friend auto operator<=>(const object_event&, const object_event&) = default;
};

/// A request that writes an Event.
struct event_write {
    object_event event;
    std::string name;        // of the Event
    bool is_new = true;      // create the Event; else update its series
    std::int64_t count = 1;  // how often it has happened
    wall_time last_observed;
};

struct event_policy {
    duration window{std::chrono::minutes{10}};          // a repeat later than this is a new Event
    double burst = 10;                                  // requests for one object at once …
    duration refill_interval{std::chrono::minutes{1}};  // … and then one each
    std::size_t capacity = 1'024;                       // series, and objects
};

/// Decides which events lead to a request, as client-go's EventCorrelator does: a repeated event updates the
/// series of the first instead of creating an Event, and each object has a budget of requests. An event that
/// is not written is counted, and shows in the next request of its series.
class event_correlator {
 public:
    explicit event_correlator(event_policy policy = {});

    /// Nothing if no request is due. `wall_now` is the wall clock's `now`.
    [[nodiscard]] std::optional<event_write> record(object_event event, time_point now, wall_time wall_now);
    /// The Event could not be written, or is gone: the next equal one is new.
    void forget(const object_event& event);

    [[nodiscard]] std::size_t size() const noexcept { return series_.size(); }

 private:
    struct series {
        std::string name;  // of the Event; empty until one is written
        std::int64_t count = 0;
        time_point last;
    };

    [[nodiscard]] series& series_of(const object_event& event, time_point now);
    [[nodiscard]] bool take_budget(const kube::object_reference& regarding, time_point now);
    [[nodiscard]] std::string new_name(const object_event& event, wall_time wall_now);
    void make_room(time_point now);

    event_policy policy_;
    std::map<object_event, series> series_;
    std::map<kube::object_reference, token_bucket> budgets_;
    std::int64_t last_timestamp_ = 0;
};

}  // namespace runtime
