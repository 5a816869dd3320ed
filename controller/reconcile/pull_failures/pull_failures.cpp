// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_failures.hpp"

#include "runtime/backoff.hpp"

#include <algorithm>
#include <utility>

namespace reconcile {

namespace {

/// The least time between two looks at a Pod whose Events are repeated.
constexpr std::chrono::seconds between_repeats{5};
constexpr double jitter = 0.2;

}  // namespace

auto pull_failures::find(const runtime::object_key_view& pod) -> entry* {
    const auto ns = namespaces_.find(pod.namespace_name);
    if (ns == namespaces_.end()) return nullptr;
    const auto known = ns->second.pods.find(pod.name);
    return known == ns->second.pods.end() ? nullptr : &known->second;
}

auto pull_failures::record_event(const pull_event& event, time_point now, runtime::wall_time wall_now)
    -> secret_names {
    if (auto* known = find({.namespace_name = event.namespace_name, .name = event.pod}))
        return repeat(*known, event, now, wall_now);
    const auto* added = add(event, now, wall_now);
    if (added == nullptr || !fails(*added)) return {};
    return {event.secrets.begin(), event.secrets.end()};
}

void pull_failures::restore(const pull_event& event,
                            time_point last_seen,
                            runtime::wall_time wall_last_seen) {
    auto* known = find({.namespace_name = event.namespace_name, .name = event.pod});
    if (known == nullptr) {
        known = add(event, last_seen, wall_last_seen);
    } else {
        repeat(
            *known, event, last_seen, wall_last_seen);  // restored before, from the status of another object
    }
    if (known != nullptr) known->confirmed = true;
}

auto pull_failures::add(const pull_event& event, time_point now, runtime::wall_time wall_now) -> entry* {
    const auto ns = namespaces_.find(event.namespace_name);
    const auto count = ns == namespaces_.end() ? 0 : ns->second.pods.size();
    if (count >= max_pods_per_namespace || !make_room(count)) {
        if (ns != namespaces_.end()) ns->second.refused = now;
        return nullptr;
    }
    entry made;
    made.uid = event.uid;
    made.secrets = event.secrets;
    made.last_seen = now;
    made.next_look = now;
    made.seen_at = wall_now;
    ++tracked_;
    return &namespaces_[event.namespace_name].pods.emplace(event.pod, std::move(made)).first->second;
}

auto pull_failures::repeat(entry& known, const pull_event& event, time_point now, runtime::wall_time wall_now)
    -> secret_names {
    known.pause = first_pause;
    known.next_look = std::min(
        known.next_look,
        known.last_look == time_point::min() ? now : std::max(now, known.last_look + between_repeats));
    // Another Pod with the same name, or a forged Event: the next look at the Pod decides.
    if (known.uid != event.uid && !known.uid.empty() && !pods_forbidden_) return {};
    known.uid = event.uid;
    known.last_seen = now;
    known.seen_at = wall_now;
    secret_names changed;
    for (const auto& name : event.secrets) {
        if (std::ranges::find(known.secrets, name) != known.secrets.end()) continue;
        known.secrets.push_back(name);
        known.confirmed = false;
        changed.insert(name);
    }
    return changed;
}

/// Makes room for one more Pod in a namespace that has this many.
bool pull_failures::make_room(std::size_t pods_in_namespace) {
    if (tracked_ < max_pods) return true;
    const auto fullest =
        std::ranges::max_element(namespaces_, {}, [](const auto& each) { return each.second.pods.size(); });
    auto& pods = fullest->second.pods;
    if (pods.size() <= pods_in_namespace + 1) return false;
    const auto weakest = std::ranges::min_element(
        pods, {}, [](const auto& each) { return std::pair(each.second.confirmed, each.second.last_seen); });
    pods.erase(weakest);
    --tracked_;
    return true;
}

std::optional<runtime::object_key> pull_failures::next_look(time_point now) {
    if (now < look_not_before_) return std::nullopt;
    namespace_map::value_type* chosen = nullptr;
    std::pair<const std::string, entry>* pod = nullptr;
    for (auto& ns : namespaces_) {
        if (chosen != nullptr && chosen->second.last_look <= ns.second.last_look) continue;
        const auto first = std::ranges::min_element(
            ns.second.pods, {}, [](const auto& each) { return each.second.next_look; });
        if (first->second.next_look > now) continue;
        chosen = &ns;
        pod = &*first;
    }
    if (chosen == nullptr) return std::nullopt;
    chosen->second.last_look = now;
    auto& entry = pod->second;
    entry.last_look = now;
    entry.next_look = now + runtime::scaled(entry.pause, 1.0 + jitter * random_());
    entry.pause = std::min(2 * entry.pause, entry.lacks_secret ? longest_pause_waiting : longest_pause);
    if (pods_forbidden_) look_not_before_ = now + forbidden_retry_after;
    return runtime::object_key{.namespace_name = chosen->first, .name = pod->first};
}

bool pull_failures::lacks_secret(std::string_view namespace_name, const entry& pod) const {
    return std::ranges::any_of(pod.secrets, [&](const std::string& name) {
        return secret_is_absent_({.namespace_name = std::string(namespace_name), .name = name});
    });
}

auto pull_failures::record_pod(const runtime::object_key& pod,
                               const std::optional<pod_view>& found,
                               time_point now,
                               runtime::wall_time wall_now) -> secret_names {
    auto changed = pods_allowed();
    auto* known = find(runtime::view_of(pod));
    if (known == nullptr) return changed;
    const bool is_another = found && !known->uid.empty() && found->uid != known->uid;
    const bool is_over = !found || is_another || found->deleting || found->progress == pod_progress::started;
    if (is_over) {
        changed.merge(forget(pod));
        return changed;
    }
    known->uid = found->uid;
    changed.merge(confirm(*known, *found));
    known->lacks_secret = found->progress == pod_progress::waits && lacks_secret(pod.namespace_name, *known);
    if (known->lacks_secret) {
        known->last_seen = now;
        known->seen_at = wall_now;
    }
    const bool is_old = known->last_seen + forget_after <= now;
    if (known->secrets.empty() || is_old) changed.merge(forget(pod));
    return changed;
}

/// Only Secrets that the Pod references can make it fail.
auto pull_failures::confirm(entry& pod, const pod_view& found) -> secret_names {
    secret_names changed;
    std::erase_if(pod.secrets, [&](const std::string& name) {
        if (std::ranges::find(found.pull_secrets, name) != found.pull_secrets.end()) return false;
        if (pod.confirmed) changed.insert(name);
        return true;
    });
    if (pod.confirmed || found.progress != pod_progress::waits) return changed;
    pod.confirmed = true;
    changed.insert(pod.secrets.begin(), pod.secrets.end());
    return changed;
}

auto pull_failures::forget(const runtime::object_key& pod) -> secret_names {
    const auto ns = namespaces_.find(pod.namespace_name);
    const auto known = ns->second.pods.find(pod.name);
    secret_names changed;
    if (fails(known->second)) changed.insert(known->second.secrets.begin(), known->second.secrets.end());
    ns->second.pods.erase(known);
    --tracked_;
    if (ns->second.pods.empty()) namespaces_.erase(ns);
    return changed;
}

auto pull_failures::pods_forbidden(time_point now) -> secret_names {
    const bool is_sure = pods_forbidden_ || ++refusals_ >= refusals_needed;
    look_not_before_ = now + (is_sure ? forbidden_retry_after : first_pause);
    if (!is_sure || std::exchange(pods_forbidden_, true)) return {};
    return all_names();
}

/// Pods can be read again: what Events claimed is a suspicion until a look confirms it.
auto pull_failures::pods_allowed() -> secret_names {
    refusals_ = 0;
    look_not_before_ = time_point::min();
    if (!std::exchange(pods_forbidden_, false)) return {};
    return all_names();
}

auto pull_failures::all_names() const -> secret_names {
    secret_names names;
    for (const auto& [namespace_name, ns] : namespaces_) {
        for (const auto& [name, pod] : ns.pods)
            names.insert(pod.secrets.begin(), pod.secrets.end());
    }
    return names;
}

auto pull_failures::expire(time_point now) -> secret_names {
    std::vector<runtime::object_key> old;
    for (auto& [namespace_name, ns] : namespaces_) {
        const bool has_room = ns.pods.size() < max_pods_per_namespace;
        if (has_room && ns.refused && *ns.refused + forget_after <= now) ns.refused.reset();
        for (const auto& [name, pod] : ns.pods) {
            if (expires(pod) && pod.last_seen + forget_after <= now)
                old.push_back({.namespace_name = namespace_name, .name = name});
        }
    }
    secret_names changed;
    for (const auto& pod : old)
        changed.merge(forget(pod));
    return changed;
}

void pull_failures::look_sooner(time_point now) {
    for (auto& [namespace_name, ns] : namespaces_) {
        for (auto& [name, pod] : ns.pods) {
            if (!pod.lacks_secret || lacks_secret(namespace_name, pod)) continue;
            pod.lacks_secret = false;
            pod.last_seen = now;
            pod.pause = first_pause;
            pod.next_look = now;
        }
    }
}

auto pull_failures::next_due() const -> time_point {
    auto due = time_point::max();
    for (const auto& [namespace_name, ns] : namespaces_) {
        for (const auto& [name, pod] : ns.pods) {
            if (expires(pod)) due = std::min(due, pod.last_seen + forget_after);
            due = std::min(due, std::max(look_not_before_, pod.next_look));
        }
    }
    return due;
}

void pull_failures::for_each(std::string_view secret_name,
                             const std::function<void(const failing_pod&)>& visit) const {
    for (const auto& [namespace_name, ns] : namespaces_) {
        for (const auto& [name, pod] : ns.pods) {
            if (!fails(pod) || std::ranges::find(pod.secrets, secret_name) == pod.secrets.end()) continue;
            visit({.namespace_name = namespace_name,
                   .pod = name,
                   .last_seen = pod.seen_at,
                   .more_in_namespace = ns.refused.has_value()});
        }
    }
}

std::size_t pull_failures::failing() const {
    std::size_t count = 0;
    for (const auto& [namespace_name, ns] : namespaces_) {
        count += static_cast<std::size_t>(
            std::ranges::count_if(ns.pods, [this](const auto& each) { return fails(each.second); }));
    }
    return count;
}

}  // namespace reconcile
