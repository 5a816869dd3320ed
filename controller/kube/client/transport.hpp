// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/retry_gate.hpp"
#include "kube/config/connection_config.hpp"
#include "kube/config/credential_source.hpp"
#include "kube/error.hpp"
#include "net/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace kube {

/// A request that has ended.
struct request_record {
    std::string_view verb;      // of Kubernetes: get, list, watch, create, update, patch, delete
    std::string_view resource;  // plural
    unsigned http_status = 0;   // 0: no response
    /// From the call to the response, of a watch to its head: with the waits for a connection and a pause.
    std::chrono::nanoseconds duration{0};
};

/// What a client tells apart from the results of its calls.
struct client_observer {
    /// "certificates": changed files cannot be used, and the last good ones stay. "token": the server refuses
    /// it (401). Called once for each time it begins.
    std::function<void(std::string_view credential, const std::string& message)> refused;
    /// A Warning header of the server, fit for a log. Called once for each text.
    std::function<void(const std::string& text)> warned;
    // The initializers let designated ones leave these out.
    // NOLINTBEGIN(readability-redundant-member-init)
    /// "certificates" or "token": changed files are used from now on.
    std::function<void(std::string_view credential)> reloaded = nullptr;
    std::function<void(const request_record& record)> ended = nullptr;
    // NOLINTEND(readability-redundant-member-init)
};

/// Sends HTTP requests to one API server, with the credentials of the connection_config: it reads rotated
/// certificates and tokens again. It repeats only a request whose token the server rejected (401): once,
/// after it has read the token file again. After a Retry-After every request but the opening of a stream
/// waits. Single-threaded. Must outlive its calls, which close() ends.
class transport {
 public:
    transport(boost::asio::any_io_executor executor, connection_config config, net::http_limits limits);
    ~transport() = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;

    void set_observer(client_observer observer) { observer_ = std::move(observer); }
    /// A Retry-After counts for at most this long.
    void limit_pauses(std::chrono::milliseconds longest) { longest_pause_ = longest; }
    /// Must succeed before the first request.
    [[nodiscard]] result<void> load_certificates();
    /// The target is without the path prefix of the server.
    [[nodiscard]] boost::asio::awaitable<result<net::response>> send(net::request request);
    /// Likewise. The head of the response is there; its HTTP status may be a failure.
    [[nodiscard]] boost::asio::awaitable<result<std::unique_ptr<net::response_stream>>> open_stream(
        net::request request);
    /// Ends all running and future calls and streams with error_kind::cancelled.
    void close();

 private:
    [[nodiscard]] result<void> use(const net::tls_config& config);
    void poll_certificates();
    void prepare(net::request& request);
    void check_token(unsigned http_status);
    void take_notice(const net::response& head);
    [[nodiscard]] boost::asio::awaitable<void> wait_for_server();
    [[nodiscard]] bool refresh_token(net::request& request);
    void tell_reload(std::string_view credential) const;
    /// Tells of a reload.
    [[nodiscard]] util::secret_bytes current_token();
    [[nodiscard]] error failed(const net::error& failure);

    connection_config config_;
    tls_source tls_;
    token_source token_;
    client_observer observer_;
    std::chrono::milliseconds longest_pause_ = std::chrono::milliseconds::max();
    bool token_refused_ = false;
    std::size_t token_reloads_ = 0;
    std::set<std::string> warnings_;  // that were reported
    retry_gate gate_;
    boost::asio::steady_timer gate_timer_;  // of all requests that wait at the gate
    bool closed_ = false;
    net::http_client http_;
};

}  // namespace kube
