// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/pull_failures/pod_view.hpp"
#include "reconcile/pull_failures/pull_event.hpp"
#include "runtime/object_key.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// A Pod that waits for an image and has reported that a pull Secret could not be read.
struct failing_pod {
    std::string_view namespace_name;
    std::string_view pod;
    runtime::wall_time last_seen;  // when its last Event came
    bool crowded = false;          // its namespace has more such Pods than are remembered
};

/// Which Pods fail for want of a Secret, as Events hint at and a look at the Pod confirms. An Event alone is
/// a suspicion: the kubelet emits it for Pods that run well too, and tenants can write it. A Pod is told of
/// from the look that finds it waiting for an image, and forgotten when it is gone, runs, does not name the
/// Secret, or has not repeated itself for ten minutes. Where the controller may not look at Pods, Events are
/// believed.
///
/// Memory is bounded whatever comes, and a namespace that floods takes nothing from the others: looks go
/// round the namespaces, and when all is full the namespace with most gives way. No I/O and no clock.
///
/// Calls: saw() for each Event. At next_due(): expire(), and next_look(), whose Pod is fetched; then
/// looked(), pods_forbidden(), or nothing when there was no answer. Names of Secrets that calls return are
/// those of which there is something new to tell.
class pull_failures {
 public:
    using time_point = runtime::time_point;
    using duration = runtime::duration;
    using secret_names = std::set<std::string>;

    static constexpr duration forget_after = std::chrono::minutes(10);
    static constexpr duration first_pause =
        std::chrono::seconds(2);  // between looks at a Pod, then doubled …
    static constexpr duration longest_pause = std::chrono::seconds(30);  // … up to this
    static constexpr duration ask_again = std::chrono::minutes(5);       // whether Pods may be looked at now
    /// In a row: an API server that has just started refuses what it has not read the roles of.
    static constexpr unsigned refusals_needed = 4;
    static constexpr std::size_t most_in_a_namespace = 50;
    static constexpr std::size_t most = 2000;

    explicit pull_failures(runtime::random_source random) : random_(std::move(random)) {}

    /// The Event came now, which is `at` for people.
    secret_names saw(const pull_event& event, time_point now, runtime::wall_time at);
    /// What an earlier process had found: a failure that was last reported then, until a look says otherwise.
    /// An empty UID is that of the Pod that has the name now.
    void remember(const pull_event& event, time_point then, runtime::wall_time at);
    /// The Pod to look at next, if one is due; it is not due again before a pause.
    [[nodiscard]] std::optional<runtime::object_key> next_look(time_point now);
    /// `found`: nothing when there is no such Pod.
    secret_names looked(const runtime::object_key& pod, const std::optional<pod_view>& found);
    /// The API server refuses to show Pods.
    secret_names pods_forbidden(time_point now);
    /// Drops what has not repeated itself.
    secret_names expire(time_point now);
    /// When a call of expire() or next_look() has something to do; time_point::max() while nothing is known.
    [[nodiscard]] time_point next_due() const;

    /// Calls `visit` with each Pod that fails for want of this Secret, sorted by namespace and name.
    void for_each(std::string_view secret_name, const std::function<void(const failing_pod&)>& visit) const;
    /// Whether Events are believed, for lack of the right to look at Pods.
    [[nodiscard]] bool believes_events() const noexcept { return pods_forbidden_; }
    [[nodiscard]] std::size_t failing() const;
    [[nodiscard]] std::size_t tracked() const noexcept { return tracked_; }  // failing or suspected

 private:
    struct entry {
        std::string uid;
        std::vector<std::string> secrets;
        bool confirmed = false;
        duration pause = first_pause;  // after the next look
        time_point last_seen;
        time_point last_look = time_point::min();
        time_point next_look;
        runtime::wall_time seen_at;
    };
    struct home {
        std::map<std::string, entry, std::less<>> pods;
        time_point last_look = time_point::min();
        std::optional<time_point> refused;  // when a Pod more than fits was last reported
    };
    using home_map = std::map<std::string, home, std::less<>>;

    [[nodiscard]] entry* find(const runtime::object_key_view& pod);
    [[nodiscard]] bool fails(const entry& what) const noexcept { return what.confirmed || pods_forbidden_; }
    [[nodiscard]] bool make_room(std::size_t newcomers_home);
    entry* add(const pull_event& event, time_point now, runtime::wall_time at);
    secret_names repeat(entry& known, const pull_event& event, time_point now, runtime::wall_time at);
    secret_names confirm(entry& what, const pod_view& found);
    secret_names forget(const runtime::object_key& pod);
    secret_names pods_allowed();
    [[nodiscard]] secret_names all_names() const;

    runtime::random_source random_;
    home_map homes_;  // by namespace; none is empty
    std::size_t tracked_ = 0;
    bool pods_forbidden_ = false;
    unsigned refusals_ = 0;                  // in a row
    time_point ask_at_ = time_point::min();  // when a look is tried again after a refusal
};

}  // namespace reconcile
