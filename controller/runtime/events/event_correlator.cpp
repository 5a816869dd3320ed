// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/event_correlator.hpp"

#include "util/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace runtime {

namespace {

constexpr std::size_t note_limit = 1'024;
constexpr std::size_t name_limit = 253;

std::string name_with(const object_event& event, const std::string& suffix) {
    std::string_view object = std::string_view(event.regarding.name).substr(0, name_limit - suffix.size());
    // In a DNS name the part before a dot ends with a letter or a digit.
    while (!object.empty() && (object.back() == '.' || object.back() == '-'))
        object.remove_suffix(1);
    return std::string(object) + suffix;
}

}  // namespace

token_bucket::token_bucket(double burst, duration interval, time_point now) noexcept
    : burst_(burst), interval_(interval), tokens_(burst), updated_(now) {}

bool token_bucket::take(time_point now) noexcept {
    tokens_ = tokens_at(now);
    updated_ = std::max(updated_, now);
    if (tokens_ < 1.0) return false;
    tokens_ -= 1.0;
    return true;
}

bool token_bucket::full(time_point now) const noexcept {
    return tokens_at(now) >= burst_;
}

double token_bucket::tokens_at(time_point now) const noexcept {
    if (now <= updated_) return tokens_;
    const double grown =
        static_cast<double>((now - updated_).count()) / static_cast<double>(interval_.count());
    return std::min(burst_, tokens_ + grown);
}

event_correlator::event_correlator(event_policy policy) : policy_(policy) {}

std::optional<event_write> event_correlator::record(object_event event, time_point now, wall_time wall_now) {
    event.note.resize(util::utf8_prefix(event.note, note_limit).size());
    series& series = series_of(event, now);
    ++series.count;
    series.last = now;
    if (!take_budget(event.regarding, now)) return std::nullopt;
    event_write write;
    write.is_new = series.name.empty();
    if (write.is_new) series.name = new_name(event, wall_now);
    write.name = series.name;
    write.count = series.count;
    write.last_observed = wall_now;
    write.event = std::move(event);
    return write;
}

void event_correlator::forget(const object_event& event) {
    series_.erase(event);
}

auto event_correlator::series_of(const object_event& event, time_point now) -> series& {
    const auto found = series_.find(event);
    if (found == series_.end()) {
        make_room(now);
        return series_[event];
    }
    if (now - found->second.last > policy_.window) found->second = {};
    return found->second;
}

bool event_correlator::take_budget(const kube::object_reference& regarding, time_point now) {
    const auto found = budgets_.find(regarding);
    if (found != budgets_.end()) return found->second.take(now);
    if (budgets_.size() >= policy_.capacity) {
        std::erase_if(budgets_, [now](const auto& each) { return each.second.full(now); });
        if (budgets_.size() >= policy_.capacity) return false;
    }
    token_bucket budget(policy_.burst, policy_.refill_interval, now);
    return budgets_.emplace(regarding, budget).first->second.take(now);
}

/// `object.timestamp`, as in client-go. Two names at the same time must differ.
std::string event_correlator::new_name(const object_event& event, wall_time wall_now) {
    if (event.identity) return name_with(event, fmt::format(".{:016x}", *event.identity));
    const auto timestamp =
        std::chrono::duration_cast<std::chrono::nanoseconds>(wall_now.time_since_epoch()).count();
    last_timestamp_ = std::max<std::int64_t>(timestamp, last_timestamp_ + 1);
    return name_with(event, fmt::format(".{:x}", last_timestamp_));
}

void event_correlator::make_room(time_point now) {
    if (series_.size() < policy_.capacity) return;
    std::erase_if(series_, [this, now](const auto& each) { return now - each.second.last > policy_.window; });
    if (series_.size() < policy_.capacity) return;
    series_.erase(std::ranges::min_element(series_, {}, [](const auto& each) { return each.second.last; }));
}

}  // namespace runtime
