// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/json.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

enum class watch_event_type { added, modified, deleted, bookmark };

struct watch_event {
    watch_event_type type = watch_event_type::added;
    json object;
    std::string resource_version;     // of the object, never empty
    bool initial_events_end = false;  // the bookmark that closes a streaming list (KEP-3157)
};

/// Bytes of a watch in, events out, whatever the split. A frame is one line; a line over the bound, a line
/// that is not an event, and an event of type ERROR are errors (expired for 410), after which the decoder
/// gives that error for ever. A partial last line is dropped with the decoder: the watch resumes from the
/// last whole event. Holds at most one line of bounds.bytes and what was fed after it: drain next() after
/// each feed().
class watch_decoder {
 public:
    explicit watch_decoder(json_bounds bounds = {});
    void feed(std::string_view bytes);
    /// The next event that is complete; nothing when more bytes are needed. Blank lines are skipped.
    [[nodiscard]] result<std::optional<watch_event>> next();

 private:
    [[nodiscard]] std::optional<std::string_view> next_line();
    [[nodiscard]] error too_long() const;
    [[nodiscard]] error fail(error why);
    void compact();

    json_bounds bounds_;
    std::string buffer_;
    std::size_t begin_ = 0;    // of the first line not yet handed out
    std::size_t scanned_ = 0;  // up to here there is no newline
    std::optional<error> failed_;
};

}  // namespace kube
