// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "net/tls_server_context.hpp"
#include "runtime/time.hpp"
#include "util/secret_bytes.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

/// A TLS server's certificate and key, from files that are read again when they change. They are compared by
/// content. While they cannot be used, the last ones stay.
class server_certificate {
 public:
    static constexpr runtime::duration poll_interval = std::chrono::seconds(10);

    server_certificate(std::string certificate_file, std::string key_file)
        : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}

    /// Must succeed before current().
    [[nodiscard]] kube::result<void> load();
    /// Reads the files if the last read is poll_interval ago. True: they have changed, and are used from now
    /// on.
    [[nodiscard]] bool poll(runtime::time_point now);
    /// Why the newest content of the files is not used; empty while it is.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
    [[nodiscard]] const std::optional<net::tls_server_context>& current() const noexcept { return context_; }

 private:
    /// Whether the content is another one.
    [[nodiscard]] kube::result<bool> read();

    std::string certificate_file_;
    std::string key_file_;
    util::keyed_digest digest_{};
    std::optional<net::tls_server_context> context_;
    std::string fault_;
    runtime::time_point next_poll_ = runtime::time_point::min();
};
