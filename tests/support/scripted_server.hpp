// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/scripted_session.hpp"
#include "support/test_certificates.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

struct server_options {
    bool tls = true;                 // else the script sees the connection as it is, and no identity is shown
    bool ask_for_client = false;     // for a certificate
    int newest_tls = 0;              // 0: what OpenSSL has
    std::string cipher_list;         // of TLS 1.2 and older; empty: what OpenSSL takes
    std::string connect_response{};  // it is a proxy too: the answer to the CONNECT before the handshake
};

/// An HTTPS server on a free port of 127.0.0.1 that does what a test says, and what a real one cannot be made
/// to do. `script` is called for each connection, with its number from 0; when it returns the connection is
/// finished.
class scripted_server {
 public:
    using script = std::function<void(scripted_session& session, int connection)>;

    scripted_server(const identity& shown, script what, const server_options& options = {});
    ~scripted_server();
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] int connections() const noexcept;           // accepted so far
    [[nodiscard]] std::vector<std::string> requests() const;  // read so far
    /// Shows another certificate from now on.
    void show(const identity& shown);

 private:
    class implementation;
    std::unique_ptr<implementation> impl_;
};

/// An answer with a body of that length, as JSON. `fields` are more header lines, each with its CR LF.
[[nodiscard]] std::string http_answer(int status, std::string_view body, std::string_view fields = {});
/// One chunk of a body.
[[nodiscard]] std::string http_chunk(std::string_view bytes);
inline constexpr std::string_view chunked_head =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace harness
