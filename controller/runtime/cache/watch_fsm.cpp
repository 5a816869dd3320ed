// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/watch_fsm.hpp"

#include "runtime/cache/resource_version.hpp"

#include <algorithm>
#include <utility>

namespace runtime {

namespace {

using kube::error_kind;

constexpr unsigned unfinished_limit = 3;
constexpr unsigned server_error_limit = 5;
constexpr unsigned page_failure_limit = 10;
constexpr auto shortest_watch =
    std::chrono::seconds{30};  // a shorter one before an audit is not worth a request
constexpr auto soon_after_list = std::chrono::seconds{10};
constexpr double audit_jitter = 0.2;

bool is_denied(error_kind kind) noexcept {
    return kind == error_kind::unauthorized || kind == error_kind::forbidden || kind == error_kind::not_found;
}

}  // namespace

watch_fsm::watch_fsm(watch_policy policy, random_source random)
    : policy_(policy),
      random_(std::move(random)),
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
    if (phase_ == phase::watch && audit_due(now)) {
        phase_ = phase::list;
        auditing_ = true;
    }
    if (phase_ == phase::list) return list_action();
    if (phase_ == phase::watch) return resume_action(now);
    action.step = watch_step::list_page;
    action.continue_token = continue_;
    action.limit = page_limit_;
    return action;
}

watch_action watch_fsm::list_action() {
    continue_.clear();
    page_failures_ = 0;
    watch_action action;
    action.begins_view = true;
    if (pages_only_ || pages_once_) {
        action.step = watch_step::list_page;
        action.limit = page_limit_;
    } else {
        action.step = watch_step::stream_list;
        action.timeout = random_timeout();
    }
    return action;
}

watch_action watch_fsm::resume_action(time_point now) {
    watch_action action;
    action.step = watch_step::watch;
    action.resource_version = version_;
    action.timeout = random_timeout();
    if (audit_at_ != time_point::max()) {
        action.timeout = std::min(action.timeout, std::chrono::ceil<std::chrono::seconds>(audit_at_ - now));
    }
    return action;
}

std::chrono::seconds watch_fsm::random_timeout() {
    const auto span = static_cast<double>((policy_.timeout_max - policy_.timeout_min).count());
    return policy_.timeout_min + std::chrono::seconds{static_cast<std::int64_t>(span * random_())};
}

bool watch_fsm::audit_due(time_point now) const noexcept {
    return audit_at_ != time_point::max() && now + shortest_watch >= audit_at_;
}

void watch_fsm::opened(time_point now) {
    open_ = true;
    told_ = false;
    opened_at_ = now;
}

received_as watch_fsm::received(const kube::watch_event& event, time_point now) {
    if (phase_ == phase::stopped) return received_as::nothing;
    told_ = true;
    const bool is_bookmark = event.type == kube::watch_event_type::bookmark;
    if (phase_ == phase::list) {
        if (!is_bookmark) return received_as::part_of_view;  // in no order: no resourceVersion to resume from
        return event.initial_events_end ? complete(event.resource_version, now) : received_as::nothing;
    }
    server_errors_ = 0;
    saw(event.resource_version);
    return is_bookmark ? received_as::nothing : received_as::change;
}

received_as watch_fsm::page(const std::string& resource_version,
                            const std::string& continue_token,
                            time_point now) {
    if (phase_ == phase::stopped) return received_as::nothing;
    page_failures_ = 0;
    if (continue_token.empty() || policy_.from_now) return complete(resource_version, now);
    if (!is_usable(resource_version)) return refuse(refusal_, now);
    if (continue_token == continue_) return refuse("the list of the API server does not come to an end", now);
    continue_ = continue_token;
    phase_ = phase::more_pages;
    return received_as::part_of_view;
}

received_as watch_fsm::complete(const std::string& resource_version, time_point now) {
    if (!is_usable(resource_version)) return refuse(refusal_, now);
    version_ = resource_version;
    phase_ = phase::watch;
    synced_ = true;
    auditing_ = false;
    completed_at_ = now;
    unfinished_ = 0;
    pages_once_ = false;
    server_errors_ = 0;
    if (policy_.audit_every > duration::zero()) {
        audit_at_ = now + scaled(policy_.audit_every, 1.0 + audit_jitter * (2.0 * random_() - 1.0));
    }
    return received_as::view_complete;
}

bool watch_fsm::is_usable(const std::string& list_version) {
    if (list_version.empty()) {
        refusal_ = "the list of the API server has no resourceVersion";
        return false;
    }
    if (is_older(list_version, version_)) {
        refusal_ =
            "the API server shows an older state than one it has shown before (if etcd was restored from a "
            "backup, "
            "restart the controller)";
        return false;
    }
    return true;
}

received_as watch_fsm::refuse(std::string_view why, time_point now) {
    refusal_ = why;
    open_ = false;
    list_again(now);
    not_before_ = now + failures_.next(now);
    return received_as::refused;
}

void watch_fsm::saw(const std::string& resource_version) {
    if (!resource_version.empty() && !is_older(resource_version, version_)) version_ = resource_version;
}

bool watch_fsm::failed(const kube::error& why, time_point now) {
    const bool was_open = std::exchange(open_, false);
    if (phase_ == phase::stopped) return false;
    if (why.kind == error_kind::cancelled) {
        stop();
        return false;
    }
    if (phase_ != phase::watch) return list_failed(why, was_open, now);
    if (was_open && now - opened_at_ >= policy_.too_short) server_errors_ = 0;
    if (why.kind == error_kind::expired) return expired(why, now);
    const bool broke = why.kind == error_kind::stream_ended || why.kind == error_kind::no_response;
    return was_open && broke ? stream_broke(why, now) : watch_failed(why, now);
}

bool watch_fsm::list_failed(const kube::error& why, bool was_open, time_point now) {
    const bool streaming = phase_ == phase::list && !pages_only_ && !pages_once_;
    const bool unsupported = why.kind == error_kind::bad_request || why.kind == error_kind::invalid;
    if (streaming && !was_open && unsupported) {
        pages_only_ = true;
        return false;
    }
    if (!streaming && why.kind == error_kind::too_large && page_limit_ > 1) {
        page_limit_ /= 2;
        return false;
    }
    if (was_open && ++unfinished_ >= unfinished_limit) pages_once_ = true;
    if (!asks_page_again(why)) {
        if (!streaming) {
            pages_once_ = false;  // no better than what they stand in for
            unfinished_ = 0;
        }
        list_again(now);
    }
    wait(why, now);
    return true;
}

/// The pages before it need not be read again: the continue token is good for minutes.
bool watch_fsm::asks_page_again(const kube::error& why) {
    const bool passing = why.kind == error_kind::no_response || why.kind == error_kind::too_many_requests ||
                         why.kind == error_kind::server || why.kind == error_kind::server_timeout;
    // An audit is not worth the time without a watch.
    return phase_ == phase::more_pages && !auditing_ && passing && ++page_failures_ <= page_failure_limit;
}

/// An open stream came to an end, in whichever way.
bool watch_fsm::stream_broke(const kube::error& why, time_point now) {
    const bool failed = !told_ && now - opened_at_ < policy_.too_short;
    if (failed) {
        wait(why, now);
    } else {
        not_before_ = now;
    }
    not_before_ = std::max(not_before_, opened_at_ + policy_.too_short);
    return failed;
}

/// The watch could not begin, or the server sent an error in it.
bool watch_fsm::watch_failed(const kube::error& why, time_point now) {
    bool same_version = false;
    switch (why.kind) {
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
    if (!same_version) list_again(now);
    wait(why, now);
    return true;
}

/// Right after a list it is a fault of the server, and a reason to wait; else it is what happens after a long
/// silence.
bool watch_fsm::expired(const kube::error& why, time_point now) {
    const bool is_fault = now - completed_at_ < soon_after_list;
    list_again(now);
    if (is_fault) wait(why, now);
    return is_fault;
}

void watch_fsm::list_again(time_point now) {
    server_errors_ = 0;
    phase_ = phase::list;
    if (std::exchange(auditing_, false)) {
        phase_ = phase::watch;
        audit_at_ = now + scaled(policy_.audit_every, audit_jitter);
    }
}

void watch_fsm::wait(const kube::error& why, time_point now) {
    duration delay = is_denied(why.kind) ? denied_.next(now) : failures_.next(now);
    if (why.retry_after) delay = std::max<duration>(delay, *why.retry_after);
    not_before_ = now + delay;
}

}  // namespace runtime
