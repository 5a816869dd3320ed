// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/watch.hpp"
#include "kube/error.hpp"
#include "runtime/backoff.hpp"
#include "runtime/cache/version_guard.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace runtime {

enum class watch_step {
    stream_list,  // a streaming list (sendInitialEvents), which goes on as a watch
    list_page,    // one page of a list
    watch,        // from resource_version on
    sleep,        // for `delay`
    stop,
};

/// What the reflector does next.
struct watch_action {
    watch_step step = watch_step::stop;
    bool begins_list = false;        // drop what was collected of another list
    std::string resource_version;    // of a watch; a list has none: it is a quorum read
    std::string continue_token;      // of every page but the first
    int limit = 0;                   // of a page: the most objects
    std::chrono::seconds timeout{};  // of a stream, kept by the server
    duration delay{};
};

/// What a received event or page means.
enum class received_as {
    part_of_list,   // counts only once the list is complete
    list_complete,  // this page or bookmark ends the list
    change,         // a watch event
    nothing,        // a bookmark that only moves the resourceVersion on
    refused,        // must not be used, see refusal(); a stream must be closed
};

struct watch_policy {
    backoff_policy failures{};  // 0.8 s to 30 s
    /// For 401, 403 and 404, which a person or another component must fix.
    backoff_policy denied{.initial = std::chrono::seconds{1}, .cap = std::chrono::seconds{60}};
    int page_size{500};                     // objects
    std::chrono::seconds timeout_min{300};  // of a watch: uniform in [min, max)
    std::chrono::seconds timeout_max{600};
    duration min_watch_time{std::chrono::seconds{1}};
    /// Between complete lists (± 20 %), see audit_fsm. Zero: list only when needed.
    duration relist_period{std::chrono::minutes{10}};
    duration rewind_proof{std::chrono::minutes{3}};  // of a version_guard
    /// Watch from the current resourceVersion on. A list is one page of one object, read for its
    /// resourceVersion alone; changes during an outage or before a 410 are missed. Needs relist_period 0.
    bool from_now = false;
};

/// Decides what one watch does next. The rules are those of client-go's reflector, except where marked *:
///  - Every list is a quorum read, never resourceVersion "0" (*: client-go's first list may come from a
///    stale cache).
///  - Lists are streamed where the server can. If it refuses (400, 422), pages are used from then on; if
///    three streaming lists in a row break off, pages are used once (*).
///  - A page that fails for a transient reason is requested again, up to ten times. A page that is too large
///    is requested again at once with half the limit (*).
///  - A list that breaks off changes nothing and starts again from its beginning.
///  - A watch resumes from the resourceVersion of the last event or bookmark, or of the list.
///  - 410, as a response, as an event or for a continue token, leads to a new list; the expired version is
///    not used again.
///  - No connection or a broken one (*), 429, 5xx, 401 and 403 lead to the same resourceVersion after a
///    delay; any other failure, and the fifth 5xx in a row, lead to a new list after a delay.
///  - A watch that ends within a second without an event has failed. A watch begins at most once a second.
///  - Retry-After is respected.
///  - A watch that broke after more than a minute without even a bookmark leads to a new list, and so does an
///    event or a bookmark older than where the watch began: the API server opens a watch of a version that it
///    does not have yet, as after a restore of etcd, and is silent (*).
///  - A list older than what was seen before is refused: state never goes back in time (*; version_guard).
///  - With from_now the first page of a list, whatever it holds, is where the watch begins (*).
///
/// Calls: next(), then the result of its action: opened(), received() for each event and failed() for the end
/// of a stream; page() or failed() for a page; nothing for a sleep. After `refused` failed() is not called.
/// Then next() again.
class watch_fsm {
 public:
    /// `guard` outlives this.
    watch_fsm(watch_policy policy, random_source random, version_guard& guard);

    /// Returns the same action until its result is given, except that a sleep ends.
    [[nodiscard]] watch_action next(time_point now);

    void opened(time_point now);
    [[nodiscard]] received_as received(const kube::watch_event& event, time_point now);
    [[nodiscard]] received_as page(const std::string& resource_version,
                                   const std::string& continue_token,
                                   time_point now);
    /// stream_ended for a clean end. True for a fault, false for what is normal in the life of a watch.
    bool failed(const kube::error& error, time_point now);
    void stop() noexcept { phase_ = phase::stopped; }

    /// After failed(): whether the list goes on, so that the pages read so far are kept.
    [[nodiscard]] bool list_continues() const noexcept { return phase_ == phase::more_pages; }

    /// Whether a complete list has ever been read.
    [[nodiscard]] bool synced() const noexcept { return synced_; }
    /// Whether a watch, not a list, is open.
    [[nodiscard]] bool is_watching() const noexcept { return phase_ == phase::watch && stream_open_; }
    /// The server has streaming lists after all.
    void use_streams() noexcept { pages_only_ = policy_.from_now; }

 private:
    enum class phase { list, more_pages, watch, stopped };

    [[nodiscard]] watch_action list_action();
    [[nodiscard]] watch_action resume_action();
    [[nodiscard]] std::chrono::seconds random_timeout();

    [[nodiscard]] received_as complete_list(const std::string& resource_version, time_point now);
    [[nodiscard]] received_as refuse_list(time_point now);
    [[nodiscard]] bool is_usable(const std::string& list_version, time_point now);

    bool list_failed(const kube::error& error, bool was_open, time_point now);
    [[nodiscard]] bool retry_page(const kube::error& error);
    bool stream_closed(const kube::error& error, time_point now);
    bool watch_failed(const kube::error& error, time_point now);
    bool expired(const kube::error& error, time_point now);
    void relist() noexcept;
    void back_off(const kube::error& error, time_point now);

    watch_policy policy_;
    random_source random_;
    version_guard& guard_;
    backoff failures_;
    backoff denied_;

    phase phase_ = phase::list;
    time_point not_before_ = time_point::min();
    std::string began_at_;        // the version that the watch goes on from
    std::string continue_token_;  // of the list that is being read in pages
    int page_limit_;
    unsigned page_failures_ = 0;  // of one page, in a row
    bool pages_only_ = false;     // the server has no streaming lists
    bool pages_once_ = false;     // streaming lists break off at present
    bool synced_ = false;
    time_point listed_at_;             // when the last list was complete
    unsigned unfinished_streams_ = 0;  // streaming lists in a row that began and broke off
    unsigned server_errors_ = 0;       // in a row, of watches

    bool stream_open_ = false;
    bool received_any_ = false;  // from the open stream
    time_point opened_at_;
};

}  // namespace runtime
