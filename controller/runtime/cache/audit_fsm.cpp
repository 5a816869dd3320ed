// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/audit_fsm.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace runtime {

namespace {

using kube::error_kind;

constexpr double jitter = 0.2;
constexpr std::chrono::seconds look_again{30};  // whether the watch is open

}  // namespace

audit_fsm::audit_fsm(const watch_policy& policy, random_source random, version_guard& guard)
    : policy_(policy), random_(std::move(random)), guard_(guard), page_limit_(policy.page_size) {}

audit_action audit_fsm::next(time_point now, bool watch_open) {
    audit_action action;
    if (stopped_ || policy_.relist_period <= duration::zero()) {
        action.next = audit_action::step::stop;
        return action;
    }
    if (running_) return list_action();
    if (now < due_ || !watch_open) {
        const time_point later = due_ == time_point::max() ? now + policy_.relist_period : due_;
        action.until = std::max<time_point>(later, now < due_ ? later : now + look_again);
        return action;
    }
    running_ = true;
    in_pages_ = std::exchange(pages_next_, false);
    floor_ = guard_.version();
    continue_token_.clear();
    return list_action();
}

audit_action audit_fsm::list_action() {
    audit_action action;
    action.next = in_pages_ ? audit_action::step::list_page : audit_action::step::stream_list;
    action.begins_list = continue_token_.empty();
    action.continue_token = continue_token_;
    action.limit = page_limit_;
    return action;
}

received_as audit_fsm::page(const std::string& resource_version,
                            const std::string& continue_token,
                            time_point now) {
    if (continue_token.empty()) return complete(resource_version, now);
    if (!guard_.accepts(resource_version, floor_, now)) return refuse(now);
    if (continue_token == continue_token_) {
        guard_.set_refusal("the API server gave the same continue token twice");
        return refuse(now);
    }
    continue_token_ = continue_token;
    return received_as::part_of_list;
}

received_as audit_fsm::ended(const std::string& resource_version, time_point now) {
    return complete(resource_version, now);
}

received_as audit_fsm::complete(const std::string& resource_version, time_point now) {
    if (!guard_.accepts(resource_version, floor_, now)) return refuse(now);
    running_ = false;
    listed(now);
    return received_as::list_complete;
}

received_as audit_fsm::refuse(time_point now) {
    retry_later(now);
    return received_as::refused;
}

bool audit_fsm::failed(const kube::error& error, bool was_open, time_point now) {
    const bool unsupported = error.kind == error_kind::bad_request || error.kind == error_kind::invalid;
    if (!in_pages_ && !was_open && unsupported) {
        in_pages_ = true;
        return false;
    }
    if (in_pages_ && error.kind == error_kind::too_large && page_limit_ > 1) {
        page_limit_ /= 2;
        return false;
    }
    pages_next_ = was_open;
    retry_later(now);
    return error.kind != error_kind::cancelled;
}

void audit_fsm::retry_later(time_point now) {
    running_ = false;
    due_ = now + scaled(policy_.relist_period, jitter);
}

void audit_fsm::listed(time_point now) {
    due_ = now + scaled(policy_.relist_period, 1.0 + jitter * (2.0 * random_() - 1.0));
}

}  // namespace runtime
