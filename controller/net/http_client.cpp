// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"

#include "net/async_semaphore.hpp"
#include "net/connection_pool.hpp"
#include "net/response_parser.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace net {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

namespace {

/// Whether to send a request again after a reused connection gave no byte of a response: the peer may have
/// closed it while the request was on its way. Requests other than POST are bound to a version of their
/// object, so that a repetition changes nothing.
bool may_retry(const error& failed, method verb) {
    if (failed.timeout || (failed.phase != failure::write && failed.phase != failure::read)) return false;
    return verb != method::post || !failed.sent;
}

asio::awaitable<result<void>> read_head(connection& connection,
                                        response_parser& parser,
                                        time_point deadline) {
    while (!parser.has_head()) {
        if (auto read = co_await connection.read_some(parser, deadline); !read) co_return read.error();
    }
    co_return result<void>();
}

class connection_stream : public response_stream {
 public:
    connection_stream(std::shared_ptr<connection> connection, response_parser parser)
        : connection_(std::move(connection)), parser_(std::move(parser)) {}

    [[nodiscard]] const response& head() const noexcept override { return parser_.head(); }

    asio::awaitable<result<std::string_view>> read_some(std::chrono::milliseconds inactivity) override {
        if (body_returned_) parser_.discard_body();
        body_returned_ = true;
        const auto deadline = clock::now() + inactivity;
        while (parser_.body().empty()) {
            if (parser_.done()) co_return error{failure::ended, "the response is complete", false, true};
            if (auto read = co_await connection_->read_some(parser_, deadline); !read) co_return read.error();
        }
        co_return parser_.body();
    }

 private:
    std::shared_ptr<connection> connection_;
    response_parser parser_;
    bool body_returned_ = false;  // the parser holds the bytes that the last call returned
};

/// Releases an acquired permit.
class permit {
 public:
    explicit permit(async_semaphore& semaphore) : semaphore_(semaphore) {}
    ~permit() { semaphore_.release(); }
    permit(const permit&) = delete;
    permit& operator=(const permit&) = delete;

 private:
    async_semaphore& semaphore_;
};

}  // namespace

class http_client::implementation {
 public:
    implementation(asio::any_io_executor executor, endpoint server, const http_limits& limits)
        : authority_(server.authority()),
          limits_(limits),
          permits_(executor, limits.connections),
          pool_(executor, std::move(server), limits) {}

    using stream_result = result<std::unique_ptr<response_stream>>;

    result<void> set_tls_config(const tls_config& config) { return pool_.set_tls_config(config); }
    static asio::awaitable<result<response>> send(std::shared_ptr<implementation> self,
                                                  const request& request);
    static asio::awaitable<stream_result> open_stream(std::shared_ptr<implementation> self,
                                                      const request& request);
    void close() {
        permits_.close();
        pool_.close();
    }

 private:
    asio::awaitable<result<response>> exchange(pooled_connection pooled,
                                               const request& request,
                                               std::string_view text,
                                               time_point deadline);

    std::string authority_;
    http_limits limits_;
    async_semaphore permits_;  // one for each connection of the pool, which connects only when none is idle
    connection_pool pool_;
};

asio::awaitable<result<response>> http_client::implementation::exchange(pooled_connection pooled,
                                                                        const request& request,
                                                                        std::string_view text,
                                                                        time_point deadline) {
    auto& connection = *pooled.connection;
    const auto within = [deadline](std::chrono::milliseconds timeout) {
        return std::min(deadline, clock::now() + timeout);
    };
    const auto body_bytes = std::min(limits_.body_bytes, request.max_body_bytes.value_or(limits_.body_bytes));
    response_parser parser({limits_.header_bytes, body_bytes});
    if (request.may_send && !request.may_send())
        co_return error{failure::cancelled, authority_ + ": the request may not be sent any more"};
    if (auto written = co_await connection.write(text, within(limits_.inactivity)); !written)
        co_return written.error();
    const auto header_timeout = request.header_timeout.value_or(limits_.header);
    auto head = co_await read_head(connection, parser, within(header_timeout));
    if (!head) co_return head.error();
    while (!parser.done()) {
        if (auto read = co_await connection.read_some(parser, within(limits_.inactivity)); !read)
            co_return read.error();
    }
    if (parser.keep_alive()) pool_.put_idle(std::move(pooled));
    co_return parser.take();
}

asio::awaitable<result<response>> http_client::implementation::send(std::shared_ptr<implementation> self,
                                                                    const request& request) {
    const auto deadline = clock::now() + self->limits_.total;
    const auto text = serialize(request, self->authority_);
    if (!text) co_return text.error();
    const auto outcome = co_await self->permits_.acquire(deadline);
    if (outcome == async_semaphore::outcome::closed) co_return self->pool_.closed_error();
    if (outcome == async_semaphore::outcome::timed_out) {
        co_return error{failure::connect, self->authority_ + ": timed out: all connections are in use", true};
    }
    const permit held(self->permits_);

    if (auto idle = self->pool_.take_idle()) {
        const auto connection = idle->connection;
        auto response = co_await self->exchange(*std::move(idle), request, text->reveal(), deadline);
        if (response || connection->response_started() || !may_retry(response.error(), request.verb))
            co_return response;
    }
    auto connected = co_await self->pool_.connect(deadline);
    if (!connected) co_return connected.error();
    co_return co_await self->exchange(*std::move(connected), request, text->reveal(), deadline);
}

asio::awaitable<http_client::implementation::stream_result> http_client::implementation::open_stream(
    std::shared_ptr<implementation> self, const request& request) {
    const auto deadline = clock::now() + self->limits_.total;
    const auto text = serialize(request, self->authority_);
    if (!text) co_return text.error();
    auto connected = co_await self->pool_.connect(deadline);
    if (!connected) co_return connected.error();
    auto connection = std::move(connected->connection);
    auto written = co_await connection->write(text->reveal(),
                                              std::min(deadline, clock::now() + self->limits_.inactivity));
    if (!written) co_return written.error();
    // Each read_some() discards the bytes of the one before it, so the body needs no limit.
    response_parser parser({self->limits_.header_bytes, std::numeric_limits<std::size_t>::max()});
    auto head =
        co_await read_head(*connection, parser, std::min(deadline, clock::now() + self->limits_.header));
    if (!head) co_return head.error();
    co_return std::make_unique<connection_stream>(std::move(connection), std::move(parser));
}

http_client::http_client(asio::any_io_executor executor, endpoint server, http_limits limits)
    : impl_(std::make_shared<implementation>(std::move(executor), std::move(server), limits)) {}

http_client::~http_client() {
    impl_->close();
}

result<void> http_client::set_tls_config(const tls_config& config) {
    return impl_->set_tls_config(config);
}

asio::awaitable<result<response>> http_client::send(const request& request) {
    return implementation::send(impl_, request);
}

asio::awaitable<result<std::unique_ptr<response_stream>>> http_client::open_stream(const request& request) {
    return implementation::open_stream(impl_, request);
}

void http_client::close() {
    impl_->close();
}

}  // namespace net
