// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "net/http_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

enum class watch_event_type { added, modified, deleted, bookmark };

struct watch_event {
    watch_event_type type = watch_event_type::added;
    json object;
    std::string resource_version;     // never empty
    bool initial_events_end = false;  // the bookmark at the end of a streaming list (KEP-3157)
};

/// Turns the bytes of a watch into events, however the bytes are split. An event is one line. A line that is
/// too long, a line that is not an event, and an event of type ERROR are errors (expired for 410); after an
/// error next() returns the same error again. A partial last line is not an event: the watch resumes after
/// the last whole one. Call next() until it returns nothing after each feed(): the decoder then holds at most
/// one line of bounds.bytes.
class watch_decoder {
 public:
    explicit watch_decoder(json_bounds bounds = {});
    void feed(std::string_view bytes);
    /// The next complete event; nothing when it needs more bytes. Skips blank lines.
    [[nodiscard]] result<std::optional<watch_event>> next();

 private:
    [[nodiscard]] std::optional<std::string_view> next_line();
    [[nodiscard]] error too_long() const;
    [[nodiscard]] error fail(error failure);
    void compact();

    json_bounds bounds_;
    std::string buffer_;
    std::size_t begin_ = 0;    // of the first line that next() has not returned
    std::size_t scanned_ = 0;  // there is no newline between begin_ and here
    std::optional<error> failed_;
};

/// How long the server of a watch may send nothing. It sends a bookmark about every minute, or, for a
/// resource without bookmarks, nothing before the end of the watch.
[[nodiscard]] std::chrono::seconds watch_idle_timeout(const resource& resource,
                                                      std::chrono::seconds watch_timeout) noexcept;

/// A running watch.
class watch_stream {
 public:
    /// `kind` is that of every object but a bookmark's. `idle_timeout` ends the watch when the server sends
    /// nothing for so long.
    watch_stream(std::unique_ptr<net::response_stream> response,
                 std::chrono::milliseconds idle_timeout,
                 std::string kind);
    /// The next event. stream_ended at a clean end; no_response after the idle timeout.
    [[nodiscard]] boost::asio::awaitable<result<watch_event>> next();

 private:
    std::unique_ptr<net::response_stream> response_;
    watch_decoder decoder_;
    std::chrono::milliseconds idle_timeout_;
    std::string kind_;
};

}  // namespace kube
