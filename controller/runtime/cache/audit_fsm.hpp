// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "runtime/cache/version_guard.hpp"
#include "runtime/cache/watch_fsm.hpp"
#include "runtime/time.hpp"

#include <string>

namespace runtime {

/// What the reflector does next beside its watch.
struct audit_action {
    enum class step { stop, wait, stream_list, list_page };
    step next = step::wait;
    time_point until;            // of a wait
    bool begins_list = false;    // drop what was collected of another list
    std::string continue_token;  // of every page but the first
    int limit = 0;               // of a page: the most objects
};

/// Decides when a complete list is read beside a running watch, which finds what no event reported, and how:
///  - every relist_period (± 20 %) after the last complete list, and sooner again if it fails;
///  - only while a watch is open: an outage ends in a list of the watch's own;
///  - streamed, also if the server has refused that before: a new server may be able to. If it refuses now
///    (400, 422), in pages at once; if the stream breaks off, in pages the next time;
///  - a list that the watch itself begins ends the audit.
///
/// Calls: next(), then the result of its action: page(), ended() for the bookmark at the end of a streaming
/// list, or failed(). After each `co_await` is_running() says whether the audit was ended meanwhile.
class audit_fsm {
 public:
    /// `guard` is the watch's, and outlives this.
    audit_fsm(const watch_policy& policy, random_source random, version_guard& guard);

    /// `watch_open`: whether the watch works now.
    [[nodiscard]] audit_action next(time_point now, bool watch_open);
    [[nodiscard]] bool is_running() const noexcept { return running_; }

    [[nodiscard]] received_as page(const std::string& resource_version,
                                   const std::string& continue_token,
                                   time_point now);
    [[nodiscard]] received_as ended(const std::string& resource_version, time_point now);
    /// `was_open`: the streaming list had begun. True for a fault, false for what the next action makes good.
    bool failed(const kube::error& error, bool was_open, time_point now);

    /// The watch begins a list of its own.
    void abandon() noexcept { running_ = false; }
    /// The watch has completed a list of its own.
    void listed(time_point now);
    void stop() noexcept {
        stopped_ = true;
        running_ = false;
    }

 private:
    [[nodiscard]] audit_action list_action();
    [[nodiscard]] received_as complete(const std::string& resource_version, time_point now);
    [[nodiscard]] received_as refuse(time_point now);
    void retry_later(time_point now);

    watch_policy policy_;
    random_source random_;
    version_guard& guard_;
    time_point due_ = time_point::max();
    bool stopped_ = false;
    bool running_ = false;
    bool in_pages_ = false;    // the audit that runs
    bool pages_next_ = false;  // the stream of the last one broke off
    int page_limit_;
    std::string continue_token_;
    std::string floor_;  // the newest version that was seen when the audit began
};

}  // namespace runtime
