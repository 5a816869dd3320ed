// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/config/connection_config.hpp"
#include "kube/error.hpp"
#include "net/tls_context.hpp"
#include "util/digest.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace kube {

/// The CA bundle and the client certificate of the connections, with an eye on the files that they come from.
/// Files are compared by content, not by time: a rotation may keep the time of the file.
class tls_source {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Keeps a reference.
    explicit tls_source(const connection_config& config) : config_(config) {}

    /// All of it, read now.
    [[nodiscard]] result<net::tls_config> read() const;
    /// What is there now, when the last look is 30 s old (or look_now() was called) and it is not what
    /// `accepted` was called with. Unreadable files are no change: what is in use stays.
    [[nodiscard]] std::optional<net::tls_config> changed(time_point now);
    /// It is in use from now on. What was refused, such as half of a rotation, is offered again.
    void accepted(const net::tls_config& config);
    /// A handshake failed: a certificate may have changed.
    void look_now() noexcept { next_look_ = time_point::min(); }

 private:
    const connection_config& config_;
    util::keyed_digest in_use_{};
    time_point next_look_ = time_point::min();
};

}  // namespace kube
