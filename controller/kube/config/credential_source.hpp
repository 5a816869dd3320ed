// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/config/connection_config.hpp"
#include "kube/error.hpp"
#include "net/tls_context.hpp"
#include "util/secret_bytes.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace kube {

/// The bearer token of the requests. The kubelet replaces a token file before the token expires, so the file
/// is read again; while it is empty or unreadable the last token stays.
class token_source {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    /// With a file, `token` is only used until the file can be read.
    token_source(std::string file, util::secret_bytes token);

    /// The token, read from the file at most 30 s before `now`. Empty without a token. Valid until the next
    /// call.
    [[nodiscard]] const util::secret_bytes& get(time_point now);
    /// Reads the file at once, after the server rejected a token (401). Returns whether the token is another
    /// one now.
    [[nodiscard]] bool refresh(time_point now, const util::secret_bytes& rejected);
    /// How often the file had another token than before.
    [[nodiscard]] std::size_t reloads() const noexcept { return reloads_; }

 private:
    void read(time_point now);

    std::string file_;
    util::secret_bytes token_;
    time_point next_read_ = time_point::min();
    std::size_t reloads_ = 0;
};

/// The CA bundle and the client certificate of a connection_config, and whether their files have changed.
/// Files are compared by content, not by modification time, which a rotation may keep.
class tls_source {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Keeps a reference.
    explicit tls_source(const connection_config& config) : config_(config) {}

    [[nodiscard]] result<net::tls_config> read() const;
    /// Reads the files every 30 s and returns their content when it differs from set_current()'s. Nothing
    /// while a file is unreadable. Returns the same content again as long as set_current() does not take it:
    /// half of a rotation cannot be used.
    [[nodiscard]] std::optional<net::tls_config> poll(time_point now);
    void set_current(const net::tls_config& config);
    /// The content that poll() returned cannot be used.
    void set_refused(std::string message) { fault_ = std::move(message); }
    /// Why the newest content of the files is not used; empty while it is.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
    /// Makes the next poll() read the files: after a failed handshake a certificate may have changed.
    void poll_at_once() noexcept { next_poll_ = time_point::min(); }

 private:
    const connection_config& config_;
    util::keyed_digest current_{};
    std::string fault_;
    time_point next_poll_ = time_point::min();
};

}  // namespace kube
