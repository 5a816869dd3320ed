// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

struct ssl_st;      // OpenSSL's SSL
struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace harness {

/// The server's side of one connection, for a script that runs on a thread of its own and blocks. Nothing
/// throws: when the client is gone, reading gives "" and writing does nothing.
class scripted_session {
 public:
    /// Owns the socket. Without a context there is no TLS. `note` is told every request.
    scripted_session(int socket, ssl_ctx_st* context, std::function<void(const std::string&)> note);
    ~scripted_session();
    scripted_session(const scripted_session&) = delete;
    scripted_session& operator=(const scripted_session&) = delete;

    /// The next whole request: its head, and its body by Content-Length.
    [[nodiscard]] std::string read_request();
    /// One TLS record for each call, as long as the bytes fit into one.
    void write(std::string_view bytes);
    void write_split(std::string_view bytes, std::size_t piece);
    /// Ends the connection in an orderly way (close_notify).
    void finish();
    /// Ends it as a crash would.
    void cut();
    /// Until the client closes the connection.
    void wait_until_closed();
    /// The common name of the client's certificate, or "".
    [[nodiscard]] std::string client_name() const;
    /// The name that the client asked for in the handshake (SNI), or "".
    [[nodiscard]] std::string asked_name() const;
    /// How many TLS records came so far.
    [[nodiscard]] int records() const noexcept { return records_; }

    // For the server.
    [[nodiscard]] bool shake_hands();
    void interrupt() const noexcept;  // from another thread: whatever blocks here ends

 private:
    bool receive();

    int socket_;
    ssl_st* tls_ = nullptr;
    std::function<void(const std::string&)> note_;
    std::string received_;
    int records_ = 0;
};

}  // namespace harness
