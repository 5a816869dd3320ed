// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/event_filter.hpp"

#include "util/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace runtime {

namespace {

constexpr std::size_t note_limit = 1'024;
constexpr std::size_t name_limit = 253;

}  // namespace

event_filter::event_filter(event_policy policy) : policy_(policy) {}

std::optional<event_write> event_filter::record(event_note what, time_point now, wall_time when) {
    what.note.resize(util::utf8_prefix(what.note, note_limit).size());
    series& of = series_of(what, now);
    ++of.count;
    of.last = now;
    if (!may_write(what.regarding, now)) {
        ++suppressed_;
        return std::nullopt;
    }
    event_write write;
    write.is_new = of.name.empty();
    if (write.is_new) of.name = new_name(what, when);
    write.name = of.name;
    write.count = of.count;
    write.when = when;
    write.what = std::move(what);
    return write;
}

void event_filter::forget(const event_note& what) {
    series_.erase(what);
}

auto event_filter::series_of(const event_note& what, time_point now) -> series& {
    const auto found = series_.find(what);
    if (found == series_.end()) {
        make_room(now);
        return series_[what];
    }
    if (now - found->second.last > policy_.window) found->second = {};
    return found->second;
}

bool event_filter::may_write(const kube::object_reference& about, time_point now) {
    const auto found = budgets_.find(about);
    if (found != budgets_.end()) return found->second.take(now);
    if (budgets_.size() >= policy_.remembered) {
        std::erase_if(budgets_, [now](const auto& each) { return each.second.full(now); });
        if (budgets_.size() >= policy_.remembered) return false;
    }
    return budgets_.emplace(about, token_bucket(policy_.burst, policy_.refill, now)).first->second.take(now);
}

/// As client-go names them. Two in the same instant must not be named alike.
std::string event_filter::new_name(const event_note& what, wall_time when) {
    const auto stamp = std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
    last_stamp_ = std::max<std::int64_t>(stamp, last_stamp_ + 1);
    const std::string suffix = fmt::format(".{:x}", last_stamp_);
    std::string_view object = std::string_view(what.regarding.name).substr(0, name_limit - suffix.size());
    // What is before a dot in a DNS name ends in a letter or digit.
    while (!object.empty() && (object.back() == '.' || object.back() == '-'))
        object.remove_suffix(1);
    return std::string(object) + suffix;
}

void event_filter::make_room(time_point now) {
    if (series_.size() < policy_.remembered) return;
    std::erase_if(series_, [this, now](const auto& each) { return now - each.second.last > policy_.window; });
    if (series_.size() < policy_.remembered) return;
    series_.erase(std::ranges::min_element(series_, {}, [](const auto& each) { return each.second.last; }));
}

}  // namespace runtime
