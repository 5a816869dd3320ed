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
    runtime::wall_time last_seen;    // when its last Event came
    bool more_in_namespace = false;  // its namespace has more such Pods than are tracked
};

/// Tracks which Pods fail because a pull Secret cannot be read. An Event alone is a suspicion: the kubelet
/// emits it for Pods that run well too, and tenants can write it. A Pod counts as failing once a look at it
/// finds it waiting for an image. The kubelet soon emits no more Events for such a Pod, so it counts until a
/// look finds that it is gone, runs or does not reference the Secret, or that it has not waited for a missing
/// Secret for ten minutes. A suspected Pod is forgotten when it had no Event for ten minutes. Where RBAC does
/// not allow the controller to get Pods, each Event is trusted for that time.
///
/// Memory is bounded, and a namespace with many Events takes nothing from the others: looks alternate between
/// namespaces, and when the table is full, the namespace with the most Pods loses one. No I/O and no clock.
///
/// Calls: record_event() for each Event. At next_due(): expire(), and next_look(), whose Pod is fetched; then
/// record_pod(), pods_forbidden(), or nothing when there was no answer. look_sooner() now and then. The calls
/// return the names of the Secrets whose failing Pods have changed.
class pull_failures {
 public:
    using time_point = runtime::time_point;
    using duration = runtime::duration;
    using secret_names = std::set<std::string>;
    using is_absent = std::function<bool(const runtime::object_key& secret)>;

    static constexpr duration forget_after = std::chrono::minutes(10);
    static constexpr duration first_pause =
        std::chrono::seconds(2);  // between looks at a Pod, then doubled …
    static constexpr duration longest_pause = std::chrono::seconds(30);  // … up to this
    static constexpr duration longest_pause_waiting =
        std::chrono::minutes(5);  // … or this for a Pod that waits for a missing Secret
    static constexpr duration forbidden_retry_after =
        std::chrono::minutes(5);  // after a refusal to show Pods
    /// In a row: an API server that has just started refuses requests until it has read the roles.
    static constexpr unsigned refusals_needed = 4;
    static constexpr std::size_t max_pods_per_namespace = 50;
    static constexpr std::size_t max_pods = 2000;

    pull_failures(runtime::random_source random, is_absent secret_is_absent)
        : random_(std::move(random)), secret_is_absent_(std::move(secret_is_absent)) {}

    /// An Event arrived now; `wall_now` is the same time for the status.
    secret_names record_event(const pull_event& event, time_point now, runtime::wall_time wall_now);
    /// A failure that an earlier process had found. It counts until a look at the Pod says otherwise. With an
    /// empty UID it is about the Pod that has the name now.
    void restore(const pull_event& event, time_point last_seen, runtime::wall_time wall_last_seen);
    /// The Pod to look at next, if one is due; it is not due again before a pause.
    [[nodiscard]] std::optional<runtime::object_key> next_look(time_point now);
    /// A look at a Pod was answered now. `found`: nothing when there is no such Pod.
    secret_names record_pod(const runtime::object_key& pod,
                            const std::optional<pod_view>& found,
                            time_point now,
                            runtime::wall_time wall_now);
    /// The API server refuses to show Pods.
    secret_names pods_forbidden(time_point now);
    /// Forgets the suspected Pods without an Event for ten minutes.
    secret_names expire(time_point now);
    /// Makes a look due at the Pods whose Secrets have arrived since the last one.
    void look_sooner(time_point now);
    /// When a call of expire() or next_look() has something to do; time_point::max() while nothing is known.
    [[nodiscard]] time_point next_due() const;

    /// Calls `visit` with each Pod that fails because of this Secret, sorted by namespace and name.
    void for_each(std::string_view secret_name, const std::function<void(const failing_pod&)>& visit) const;
    /// Whether Events are trusted because RBAC does not allow reading Pods.
    [[nodiscard]] bool trusts_events() const noexcept { return pods_forbidden_; }
    [[nodiscard]] std::size_t failing() const;
    [[nodiscard]] std::size_t tracked() const noexcept { return tracked_; }  // failing or suspected

 private:
    struct entry {
        std::string uid;
        std::vector<std::string> secrets;
        bool confirmed = false;
        duration pause = first_pause;  // after the next look
        bool lacks_secret = false;     // as the last look found
        time_point last_seen;          // its last Event, or the last look that found it lacking a Secret
        time_point last_look = time_point::min();
        time_point next_look;
        runtime::wall_time seen_at;
    };
    struct namespace_pods {
        std::map<std::string, entry, std::less<>> pods;
        time_point last_look = time_point::min();
        std::optional<time_point> refused;  // when an Event about a Pod that does not fit was last seen
    };
    using namespace_map = std::map<std::string, namespace_pods, std::less<>>;

    [[nodiscard]] entry* find(const runtime::object_key_view& pod);
    /// Whether only time ends what is known of the Pod, not a look.
    [[nodiscard]] bool expires(const entry& pod) const noexcept { return !pod.confirmed || pods_forbidden_; }
    [[nodiscard]] bool lacks_secret(std::string_view namespace_name, const entry& pod) const;
    [[nodiscard]] bool fails(const entry& pod) const noexcept { return pod.confirmed || pods_forbidden_; }
    [[nodiscard]] bool make_room(std::size_t pods_in_namespace);
    entry* add(const pull_event& event, time_point now, runtime::wall_time wall_now);
    secret_names repeat(entry& known, const pull_event& event, time_point now, runtime::wall_time wall_now);
    secret_names confirm(entry& pod, const pod_view& found);
    secret_names forget(const runtime::object_key& pod);
    secret_names pods_allowed();
    [[nodiscard]] secret_names all_names() const;

    runtime::random_source random_;
    is_absent secret_is_absent_;
    namespace_map namespaces_;  // by namespace; none is empty
    std::size_t tracked_ = 0;
    bool pods_forbidden_ = false;
    unsigned refusals_ = 0;                           // in a row
    time_point look_not_before_ = time_point::min();  // when a look is tried again after a refusal
};

}  // namespace reconcile
