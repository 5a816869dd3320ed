// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/resource.hpp"
#include "kube/client/watch_decoder.hpp"
#include "kube/error.hpp"
#include "net/http_client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace kube {

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
