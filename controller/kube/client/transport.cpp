// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/transport.hpp"

#include "kube/client/response.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace kube {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

namespace {

constexpr unsigned unauthorized = 401;
constexpr std::size_t max_warnings = 256;  // different texts; later ones are not reported

}  // namespace

transport::transport(asio::any_io_executor executor, connection_config config, net::http_limits limits)
    : config_(std::move(config)),
      tls_(config_),
      token_(config_.token_file, config_.token.clone()),
      gate_timer_(executor),
      http_(executor, config_.server, limits) {}

result<void> transport::load_certificates() {
    const auto config = tls_.read();
    if (!config) return config.error();
    return use(*config);
}

result<void> transport::use(const net::tls_config& config) {
    const auto used = http_.set_tls_config(config);
    if (!used) return error(error_kind::other, used.error().what);
    tls_.set_current(config);
    return {};
}

/// use() refuses a half-written rotation: the connections keep the current certificates until a later poll
/// finds the complete files.
void transport::poll_certificates() {
    const auto known = tls_.fault();
    if (const auto config = tls_.poll(clock::now())) {
        const auto used = use(*config);
        if (!used) {
            tls_.set_refused(used.error().message);
        } else {
            tell_reload("certificates");
        }
    }
    const auto& fault = tls_.fault();
    if (!fault.empty() && fault != known && observer_.refused) observer_.refused("certificates", fault);
}

void transport::tell_reload(std::string_view credential) const {
    if (observer_.reloaded) observer_.reloaded(credential);
}

util::secret_bytes transport::current_token() {
    auto token = token_.get(clock::now()).clone();
    const auto told = std::exchange(token_reloads_, token_.reloads());
    if (told != token_reloads_) tell_reload("token");
    return token;
}

/// `http_status` is the response to the newest token.
void transport::check_token(unsigned http_status) {
    const bool known = std::exchange(token_refused_, http_status == unauthorized);
    if (token_refused_ && !known && observer_.refused)
        observer_.refused("token", "the API server answers 401 Unauthorized");
}

void transport::take_notice(const net::response& head) {
    check_token(head.status);
    const auto now = clock::now();
    if (const auto wait = server_wait(head)) gate_.pause(now, std::min(*wait, longest_pause_));
    for (const auto& header : head.warnings) {
        auto text = warning_text(header);
        if (text.empty() || warnings_.size() >= max_warnings) continue;
        const auto [added, is_new] = warnings_.insert(std::move(text));
        if (is_new && observer_.warned) observer_.warned(*added);
    }
}

asio::awaitable<void> transport::wait_for_server() {
    while (!closed_ && !gate_.is_open(clock::now())) {
        // Wakes those that wait already, if the pause has become longer: they wait again.
        if (gate_timer_.expiry() != gate_.opens_at()) gate_timer_.expires_at(gate_.opens_at());
        static_cast<void>(co_await gate_timer_.async_wait(asio::as_tuple(asio::use_awaitable)));
    }
}

void transport::prepare(net::request& request) {
    poll_certificates();
    request.target.insert(0, config_.path_prefix);
    if (!config_.user_agent.empty()) request.headers.emplace_back("User-Agent", config_.user_agent);
    if (!config_.impersonate.empty()) request.headers.emplace_back("Impersonate-User", config_.impersonate);
    request.bearer_token = current_token();
}

bool transport::refresh_token(net::request& request) {
    const auto now = clock::now();
    if (!token_.refresh(now, request.bearer_token)) return false;
    request.bearer_token = current_token();
    return true;
}

error transport::failed(const net::error& failure) {
    if (failure.phase == net::failure::tls) tls_.poll_at_once();
    return error_from_net(failure);
}

asio::awaitable<result<net::response>> transport::send(net::request request) {
    co_await wait_for_server();
    prepare(request);
    auto response = co_await http_.send(request);
    if (response && response->status == unauthorized && refresh_token(request))
        response = co_await http_.send(request);
    if (!response) co_return failed(response.error());
    take_notice(*response);
    co_return std::move(*response);
}

asio::awaitable<result<std::unique_ptr<net::response_stream>>> transport::open_stream(net::request request) {
    prepare(request);
    auto stream = co_await http_.open_stream(request);
    if (stream && (*stream)->head().status == unauthorized && refresh_token(request)) {
        stream = co_await http_.open_stream(request);
    }
    if (!stream) co_return failed(stream.error());
    take_notice((*stream)->head());
    co_return std::move(*stream);
}

void transport::close() {
    closed_ = true;
    gate_timer_.cancel();
    http_.close();
}

}  // namespace kube
