// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_failures.hpp"

#include <algorithm>
#include <utility>

namespace reconcile {

namespace {

/// A Pod that repeats itself is looked at sooner, and yet not at every Event.
constexpr std::chrono::seconds between_repeats{5};
constexpr double jitter = 0.2;

}  // namespace

auto pull_failures::find(const runtime::object_key_view& pod) -> entry* {
    const auto home = homes_.find(pod.namespace_name);
    if (home == homes_.end()) return nullptr;
    const auto known = home->second.pods.find(pod.name);
    return known == home->second.pods.end() ? nullptr : &known->second;
}

auto pull_failures::saw(const pull_event& event, time_point now, runtime::wall_time at) -> secret_names {
    if (auto* known = find({.namespace_name = event.namespace_name, .name = event.pod}))
        return repeat(*known, event, now, at);
    const auto* added = add(event, now, at);
    if (added == nullptr || !fails(*added)) return {};
    return {event.secrets.begin(), event.secrets.end()};
}

void pull_failures::remember(const pull_event& event, time_point then, runtime::wall_time at) {
    auto* known = find({.namespace_name = event.namespace_name, .name = event.pod});
    if (known == nullptr) {
        known = add(event, then, at);
    } else {
        repeat(*known, event, then, at);  // by another object, of another Secret
    }
    if (known != nullptr) known->confirmed = true;
}

auto pull_failures::add(const pull_event& event, time_point now, runtime::wall_time at) -> entry* {
    const auto home = homes_.find(event.namespace_name);
    const auto crowd = home == homes_.end() ? 0 : home->second.pods.size();
    if (crowd >= most_in_a_namespace || !make_room(crowd)) {
        if (home != homes_.end()) home->second.refused = now;
        return nullptr;
    }
    entry made;
    made.uid = event.uid;
    made.secrets = event.secrets;
    made.last_seen = now;
    made.next_look = now;
    made.seen_at = at;
    ++tracked_;
    return &homes_[event.namespace_name].pods.emplace(event.pod, std::move(made)).first->second;
}

auto pull_failures::repeat(entry& known, const pull_event& event, time_point now, runtime::wall_time at)
    -> secret_names {
    known.pause = first_pause;
    known.next_look = std::min(
        known.next_look,
        known.last_look == time_point::min() ? now : std::max(now, known.last_look + between_repeats));
    // Another Pod of the name, or somebody's invention: the look that is due tells.
    if (known.uid != event.uid && !known.uid.empty() && !pods_forbidden_) return {};
    known.uid = event.uid;
    known.last_seen = now;
    known.seen_at = at;
    secret_names news;
    for (const auto& name : event.secrets) {
        if (std::ranges::find(known.secrets, name) != known.secrets.end()) continue;
        known.secrets.push_back(name);
        known.confirmed = false;
        news.insert(name);
    }
    return news;
}

/// For one more Pod in a namespace that has so many.
bool pull_failures::make_room(std::size_t newcomers_home) {
    if (tracked_ < most) return true;
    const auto fullest =
        std::ranges::max_element(homes_, {}, [](const auto& each) { return each.second.pods.size(); });
    auto& pods = fullest->second.pods;
    if (pods.size() <= newcomers_home + 1) return false;
    const auto weakest = std::ranges::min_element(
        pods, {}, [](const auto& each) { return std::pair(each.second.confirmed, each.second.last_seen); });
    pods.erase(weakest);
    --tracked_;
    return true;
}

std::optional<runtime::object_key> pull_failures::next_look(time_point now) {
    if (now < ask_at_) return std::nullopt;
    home_map::value_type* chosen = nullptr;
    std::pair<const std::string, entry>* pod = nullptr;
    for (auto& home : homes_) {
        if (chosen != nullptr && chosen->second.last_look <= home.second.last_look) continue;
        const auto first = std::ranges::min_element(
            home.second.pods, {}, [](const auto& each) { return each.second.next_look; });
        if (first->second.next_look > now) continue;
        chosen = &home;
        pod = &*first;
    }
    if (chosen == nullptr) return std::nullopt;
    chosen->second.last_look = now;
    auto& what = pod->second;
    what.last_look = now;
    what.next_look = now + runtime::scaled(what.pause, 1.0 + jitter * random_());
    what.pause = std::min(2 * what.pause, longest_pause);
    if (pods_forbidden_) ask_at_ = now + ask_again;
    return runtime::object_key{.namespace_name = chosen->first, .name = pod->first};
}

auto pull_failures::looked(const runtime::object_key& pod, const std::optional<pod_view>& found)
    -> secret_names {
    auto news = pods_allowed();
    auto* known = find(runtime::view_of(pod));
    if (known == nullptr) return news;
    const bool is_another = found && !known->uid.empty() && found->uid != known->uid;
    const bool is_over = !found || is_another || found->deleting || found->progress == pod_progress::started;
    if (is_over) {
        news.merge(forget(pod));
        return news;
    }
    known->uid = found->uid;
    news.merge(confirm(*known, *found));
    if (known->secrets.empty()) news.merge(forget(pod));
    return news;
}

/// Only Secrets that the Pod names can fail it.
auto pull_failures::confirm(entry& what, const pod_view& found) -> secret_names {
    secret_names news;
    std::erase_if(what.secrets, [&](const std::string& name) {
        if (std::ranges::find(found.pull_secrets, name) != found.pull_secrets.end()) return false;
        if (what.confirmed) news.insert(name);
        return true;
    });
    if (what.confirmed || found.progress != pod_progress::waits) return news;
    what.confirmed = true;
    news.insert(what.secrets.begin(), what.secrets.end());
    return news;
}

auto pull_failures::forget(const runtime::object_key& pod) -> secret_names {
    const auto home = homes_.find(pod.namespace_name);
    const auto known = home->second.pods.find(pod.name);
    secret_names news;
    if (fails(known->second)) news.insert(known->second.secrets.begin(), known->second.secrets.end());
    home->second.pods.erase(known);
    --tracked_;
    if (home->second.pods.empty()) homes_.erase(home);
    return news;
}

auto pull_failures::pods_forbidden(time_point now) -> secret_names {
    const bool is_sure = pods_forbidden_ || ++refusals_ >= refusals_needed;
    ask_at_ = now + (is_sure ? ask_again : first_pause);
    if (!is_sure || std::exchange(pods_forbidden_, true)) return {};
    return all_names();
}

/// Pods may be looked at again: what was believed becomes a suspicion.
auto pull_failures::pods_allowed() -> secret_names {
    refusals_ = 0;
    ask_at_ = time_point::min();
    if (!std::exchange(pods_forbidden_, false)) return {};
    return all_names();
}

auto pull_failures::all_names() const -> secret_names {
    secret_names names;
    for (const auto& [namespace_name, home] : homes_) {
        for (const auto& [pod, what] : home.pods)
            names.insert(what.secrets.begin(), what.secrets.end());
    }
    return names;
}

auto pull_failures::expire(time_point now) -> secret_names {
    std::vector<runtime::object_key> old;
    for (auto& [namespace_name, home] : homes_) {
        if (home.refused && *home.refused + forget_after <= now) home.refused.reset();
        for (const auto& [pod, what] : home.pods) {
            if (what.last_seen + forget_after <= now)
                old.push_back({.namespace_name = namespace_name, .name = pod});
        }
    }
    secret_names news;
    for (const auto& pod : old)
        news.merge(forget(pod));
    return news;
}

auto pull_failures::next_due() const -> time_point {
    auto due = time_point::max();
    for (const auto& [namespace_name, home] : homes_) {
        for (const auto& [pod, what] : home.pods) {
            due = std::min(due, what.last_seen + forget_after);
            due = std::min(due, std::max(ask_at_, what.next_look));
        }
    }
    return due;
}

void pull_failures::for_each(std::string_view secret_name,
                             const std::function<void(const failing_pod&)>& visit) const {
    for (const auto& [namespace_name, home] : homes_) {
        for (const auto& [pod, what] : home.pods) {
            if (!fails(what) || std::ranges::find(what.secrets, secret_name) == what.secrets.end()) continue;
            visit({.namespace_name = namespace_name,
                   .pod = pod,
                   .last_seen = what.seen_at,
                   .crowded = home.refused.has_value()});
        }
    }
}

std::size_t pull_failures::failing() const {
    std::size_t count = 0;
    for (const auto& [namespace_name, home] : homes_) {
        count += static_cast<std::size_t>(
            std::ranges::count_if(home.pods, [this](const auto& each) { return fails(each.second); }));
    }
    return count;
}

}  // namespace reconcile
