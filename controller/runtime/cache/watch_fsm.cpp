// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/watch_fsm.hpp"

#include "kube/api/object.hpp"

#include <algorithm>
#include <utility>

namespace runtime {

namespace {

using kube::error_kind;

constexpr unsigned unfinished_stream_limit = 3;
constexpr unsigned server_error_limit = 5;
constexpr unsigned page_failure_limit = 10;
// The API server sends a bookmark about every minute.
constexpr auto suspicious_silence = std::chrono::seconds{80};
constexpr auto soon_after_list = std::chrono::seconds{10};

bool is_denied(error_kind kind) noexcept {
    return kind == error_kind::unauthorized || kind == error_kind::forbidden || kind == error_kind::not_found;
}

}  // namespace

watch_fsm::watch_fsm(watch_policy policy, random_source random, version_guard& guard)
    : policy_(policy),
      random_(std::move(random)),
      guard_(guard),
      failures_(policy.failures, random_),
      denied_(policy.denied, random_),
      page_limit_(policy.from_now ? 1 : policy.page_size),
      pages_only_(policy.from_now) {}

watch_action watch_fsm::next(time_point now) {
    watch_action action;
    if (phase_ == phase::stopped) return action;
    if (now < not_before_) {
        action.step = watch_step::sleep;
        action.delay = not_before_ - now;
        return action;
    }
    if (phase_ == phase::list) return list_action();
    if (phase_ == phase::watch) return resume_action();
    action.step = watch_step::list_page;
    action.continue_token = continue_token_;
    action.limit = page_limit_;
    return action;
}

watch_action watch_fsm::list_action() {
    continue_token_.clear();
    watch_action action;
    action.begins_list = true;
    if (pages_only_ || pages_once_) {
        action.step = watch_step::list_page;
        action.limit = page_limit_;
    } else {
        action.step = watch_step::stream_list;
        action.timeout = random_timeout();
    }
    return action;
}

watch_action watch_fsm::resume_action() {
    watch_action action;
    action.step = watch_step::watch;
    began_at_ = guard_.version();
    action.resource_version = began_at_;
    action.timeout = random_timeout();
    return action;
}

std::chrono::seconds watch_fsm::random_timeout() {
    const auto span = static_cast<double>((policy_.timeout_max - policy_.timeout_min).count());
    return policy_.timeout_min + std::chrono::seconds{static_cast<std::int64_t>(span * random_())};
}

void watch_fsm::opened(time_point now) {
    stream_open_ = true;
    received_any_ = false;
    opened_at_ = now;
}

received_as watch_fsm::received(const kube::watch_event& event, time_point now) {
    if (phase_ == phase::stopped) return received_as::nothing;
    received_any_ = true;
    const bool is_bookmark = event.type == kube::watch_event_type::bookmark;
    if (phase_ == phase::list) {
        if (!is_bookmark) return received_as::part_of_list;  // in no order: no version to resume from
        return event.initial_events_end ? complete_list(event.resource_version, now) : received_as::nothing;
    }
    if (kube::is_older(event.resource_version, began_at_)) {
        guard_.set_refusal("the API server's watch is older than what was read before");
        return refuse_list(now);
    }
    server_errors_ = 0;
    guard_.advance(event.resource_version);
    return is_bookmark ? received_as::nothing : received_as::change;
}

received_as watch_fsm::page(const std::string& resource_version,
                            const std::string& continue_token,
                            time_point now) {
    if (phase_ == phase::stopped) return received_as::nothing;
    page_failures_ = 0;
    if (continue_token.empty() || policy_.from_now) return complete_list(resource_version, now);
    if (!is_usable(resource_version, now)) return refuse_list(now);
    if (continue_token == continue_token_) {
        guard_.set_refusal("the API server gave the same continue token twice");
        return refuse_list(now);
    }
    continue_token_ = continue_token;
    phase_ = phase::more_pages;
    return received_as::part_of_list;
}

received_as watch_fsm::complete_list(const std::string& resource_version, time_point now) {
    if (!is_usable(resource_version, now)) return refuse_list(now);
    guard_.set(resource_version);
    began_at_ = resource_version;
    phase_ = phase::watch;
    synced_ = true;
    listed_at_ = now;
    unfinished_streams_ = 0;
    pages_once_ = false;
    server_errors_ = 0;
    return received_as::list_complete;
}

bool watch_fsm::is_usable(const std::string& list_version, time_point now) {
    if (policy_.from_now) guard_.forget();  // nothing is kept that an older list could contradict
    return guard_.accepts(list_version, guard_.version(), now);
}

received_as watch_fsm::refuse_list(time_point now) {
    stream_open_ = false;
    relist();
    not_before_ = now + failures_.next(now);
    return received_as::refused;
}

bool watch_fsm::failed(const kube::error& error, time_point now) {
    const bool was_open = std::exchange(stream_open_, false);
    if (phase_ == phase::stopped) return false;
    if (error.kind == error_kind::cancelled) {
        stop();
        return false;
    }
    if (phase_ != phase::watch) return list_failed(error, was_open, now);
    if (was_open && now - opened_at_ >= policy_.min_watch_time) server_errors_ = 0;
    if (error.kind == error_kind::expired) return expired(error, now);
    const bool broke = error.kind == error_kind::stream_ended || error.kind == error_kind::no_response;
    return was_open && broke ? stream_closed(error, now) : watch_failed(error, now);
}

bool watch_fsm::list_failed(const kube::error& error, bool was_open, time_point now) {
    const bool streaming = phase_ == phase::list && !pages_only_ && !pages_once_;
    const bool unsupported = error.kind == error_kind::bad_request || error.kind == error_kind::invalid;
    if (streaming && !was_open && unsupported) {
        pages_only_ = true;
        return false;
    }
    if (!streaming && error.kind == error_kind::too_large && page_limit_ > 1) {
        page_limit_ /= 2;
        return false;
    }
    if (was_open && ++unfinished_streams_ >= unfinished_stream_limit) pages_once_ = true;
    if (!retry_page(error)) {
        if (!streaming) {
            pages_once_ = false;  // pages work no better than streaming
            unfinished_streams_ = 0;
        }
        relist();
    }
    back_off(error, now);
    return true;
}

/// The pages before it need not be read again: a continue token is valid for minutes.
bool watch_fsm::retry_page(const kube::error& error) {
    const bool transient = error.kind == error_kind::no_response ||
                           error.kind == error_kind::too_many_requests || error.kind == error_kind::server ||
                           error.kind == error_kind::server_timeout;
    return phase_ == phase::more_pages && transient && ++page_failures_ <= page_failure_limit;
}

/// An open stream ended, cleanly or not.
bool watch_fsm::stream_closed(const kube::error& error, time_point now) {
    const bool failed = !received_any_ && now - opened_at_ < policy_.min_watch_time;
    const bool silent = !received_any_ && now - opened_at_ >= suspicious_silence;
    if (silent && error.kind == error_kind::no_response) relist();
    if (failed) back_off(error, now);
    not_before_ = std::max(not_before_, opened_at_ + policy_.min_watch_time);
    return failed;
}

/// The watch was not opened, or the server sent an error in it.
bool watch_fsm::watch_failed(const kube::error& error, time_point now) {
    bool same_version = false;
    switch (error.kind) {
        case error_kind::no_response:
        case error_kind::too_many_requests:
        case error_kind::unauthorized:
        case error_kind::forbidden:
            same_version = true;
            break;
        case error_kind::server:
            same_version = ++server_errors_ < server_error_limit;
            break;
        default:
            break;
    }
    if (!same_version) relist();
    back_off(error, now);
    return true;
}

/// Right after a list it is the server's fault and needs a delay; later it is normal.
bool watch_fsm::expired(const kube::error& error, time_point now) {
    const bool is_fault = now - listed_at_ < soon_after_list;
    relist();
    if (is_fault) back_off(error, now);
    return is_fault;
}

void watch_fsm::relist() noexcept {
    server_errors_ = 0;
    phase_ = phase::list;
}

void watch_fsm::back_off(const kube::error& error, time_point now) {
    duration delay = is_denied(error.kind) ? denied_.next(now) : failures_.next(now);
    if (error.retry_after) delay = std::max<duration>(delay, *error.retry_after);
    not_before_ = now + delay;
}

}  // namespace runtime
