// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/watch_decoder.hpp"
#include "kube/error.hpp"
#include "runtime/backoff.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace runtime {

enum class watch_step {
    stream_list,  // a watch that begins with all that exists (sendInitialEvents) and goes on as a watch
    list_page,    // one page of a list
    watch,        // from resource_version on
    sleep,        // for `delay`
    stop,
};

/// What the shell does next.
struct watch_action {
    watch_step step = watch_step::stop;
    bool begins_view = false;  // a complete view begins: what was collected of another is dropped
    std::string
        resource_version;  // of a watch. Lists have none, which asks for the newest state (a quorum read)
    std::string continue_token;      // of a page but the first
    int limit = 0;                   // of a page: the most objects
    std::chrono::seconds timeout{};  // of a stream, for the server
    duration delay{};
};

/// What something that was received is good for.
enum class received_as {
    part_of_view,   // of the complete view that is being read: counts only when that is complete
    view_complete,  // with this page, or this bookmark, the view is complete
    change,         // a watch event
    nothing,        // tells only how far the watch is
    refused,        // not to be used, for the reason refusal() gives; a stream is to be closed
};

struct watch_policy {
    backoff_policy failures{};  // 0.8 s to 30 s
    /// For 401, 403 and 404, which a person or another component must mend.
    backoff_policy denied{.initial = std::chrono::seconds{1}, .cap = std::chrono::seconds{60}};
    int page_size{500};                     // objects, of lists by pages
    std::chrono::seconds timeout_min{300};  // of a watch: uniform in [min, max)
    std::chrono::seconds timeout_max{600};
    duration too_short{std::chrono::seconds{1}};
    /// Between complete views (± 20 %): brings to light what no event told. Zero: only when needed.
    duration audit_every{std::chrono::minutes{10}};
    /// Only what happens from now on counts: a list is one page of one object, whose resourceVersion alone is
    /// wanted, and what an outage or a 410 hid stays hidden. To go with no audit.
    bool from_now = false;
};

/// Decides what one watch does. The rules are those of client-go's reflector, but for the ones marked *:
///  - every list is a quorum read (*: client-go's first list may come from a stale cache), never
///  resourceVersion "0";
///  - a streaming list where the server has it; pages from then on if the server refuses it (400, 422), and
///  once
///    (*) if it has three times in a row begun one and not finished it;
///  - a page that fails for a passing reason is asked for again, ten times; one that is too large (*) at
///  once, with
///    half as many objects;
///  - a list that does not come to its end changes nothing, and starts again from the beginning;
///  - a watch resumes from the resourceVersion of the last event or bookmark, after a list from the list's;
///  - 410, as an answer, as an event or for a continue token, means a new list, and never the same
///  resourceVersion;
///  - no connection or a broken one (*), 429, 5xx, 401 and 403 mean the same resourceVersion again, after a
///  delay; any
///    other failure, and the fifth 5xx in a row, a new list after a delay;
///  - a watch that ends within a second has failed if it told nothing, and is never begun more than once a
///  second;
///  - Retry-After is obeyed;
///  - a list older than what has been seen is refused (*): no travelling back in time;
///  - a complete view is read again now and then (*); if that fails the watch goes on;
///  - with from_now (*) there is no view: the first page of a list, whatever it holds, is where to begin.
///
/// Calls: next(), and then the outcome of what it asked for: opened(), received() for each event and failed()
/// for the end of a stream; page() or failed() for a page; nothing for a sleep. After `refused` no failed().
/// Then next() again.
class watch_fsm {
 public:
    watch_fsm(watch_policy policy, random_source random);

    /// Does not change by itself: until an outcome is given, it answers the same (but for a sleep that is
    /// over).
    [[nodiscard]] watch_action next(time_point now);

    void opened(time_point now);
    [[nodiscard]] received_as received(const kube::watch_event& event, time_point now);
    [[nodiscard]] received_as page(const std::string& resource_version,
                                   const std::string& continue_token,
                                   time_point now);
    /// stream_ended for a clean end. True if this is a fault, false if it belongs to the normal life of a
    /// watch.
    bool failed(const kube::error& why, time_point now);
    void stop() noexcept { phase_ = phase::stopped; }

    /// Whether the view that was begun goes on: what was collected of it is still wanted.
    [[nodiscard]] bool inside_view() const noexcept { return phase_ == phase::more_pages; }

    /// Whether a complete view has ever been read.
    [[nodiscard]] bool synced() const noexcept { return synced_; }
    /// The newest that has been seen.
    [[nodiscard]] const std::string& resource_version() const noexcept { return version_; }
    /// For people.
    [[nodiscard]] std::string_view refusal() const noexcept { return refusal_; }

 private:
    enum class phase { list, more_pages, watch, stopped };

    [[nodiscard]] watch_action list_action();
    [[nodiscard]] watch_action resume_action(time_point now);
    [[nodiscard]] std::chrono::seconds random_timeout();
    [[nodiscard]] bool audit_due(time_point now) const noexcept;

    [[nodiscard]] received_as complete(const std::string& resource_version, time_point now);
    [[nodiscard]] received_as refuse(std::string_view why, time_point now);
    [[nodiscard]] bool is_usable(const std::string& list_version);
    void saw(const std::string& resource_version);

    bool list_failed(const kube::error& why, bool was_open, time_point now);
    [[nodiscard]] bool asks_page_again(const kube::error& why);
    bool stream_broke(const kube::error& why, time_point now);
    bool watch_failed(const kube::error& why, time_point now);
    bool expired(const kube::error& why, time_point now);
    void list_again(time_point now);
    void wait(const kube::error& why, time_point now);

    watch_policy policy_;
    random_source random_;
    backoff failures_;
    backoff denied_;

    phase phase_ = phase::list;
    time_point not_before_ = time_point::min();
    std::string version_;
    std::string continue_;  // of the list that is being read by pages
    std::string_view refusal_;
    int page_limit_;
    unsigned page_failures_ = 0;  // of one page, in a row
    bool pages_only_ = false;     // the server has no streaming lists
    bool pages_once_ = false;     // they do not come to their end now
    bool synced_ = false;
    bool auditing_ = false;  // the list going on is not needed: if it fails, the watch goes on
    time_point audit_at_ = time_point::max();
    time_point completed_at_;     // the last complete view
    unsigned unfinished_ = 0;     // streaming lists in a row that began and did not come to their end
    unsigned server_errors_ = 0;  // in a row, of watches

    bool open_ = false;  // a stream runs
    bool told_ = false;  // and has sent something
    time_point opened_at_;
};

}  // namespace runtime
