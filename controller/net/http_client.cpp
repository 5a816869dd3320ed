// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.hpp"

#include "net/answer_parser.hpp"
#include "net/connection_pool.hpp"
#include "net/request_text.hpp"
#include "net/turnstile.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace net {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

namespace {

/// Whether to send again what a reused connection has not answered with a byte: the peer may have closed it
/// while the request was on its way. What is not a POST is bound to a version of its object, so that a second
/// one changes nothing.
bool may_repeat(const error& why, method verb) {
    if (why.timeout || (why.phase != failure::write && why.phase != failure::read)) return false;
    return verb != method::post || !why.sent;
}

asio::awaitable<result<void>> read_head(connection& link, answer_parser& answer, time_point until) {
    while (!answer.has_head()) {
        if (auto read = co_await link.read_some(answer, until); !read) co_return read.error();
    }
    co_return result<void>();
}

class open_answer : public response_stream {
 public:
    open_answer(std::shared_ptr<connection> link, answer_parser answer)
        : link_(std::move(link)), answer_(std::move(answer)) {}

    [[nodiscard]] unsigned status() const noexcept override { return answer_.head().status; }
    [[nodiscard]] const response& head() const noexcept override { return answer_.head(); }

    asio::awaitable<result<std::string_view>> read_some(std::chrono::milliseconds silence) override {
        if (handed_out_) answer_.discard_body();
        handed_out_ = true;
        const auto until = clock::now() + silence;
        while (answer_.body().empty()) {
            if (answer_.done()) co_return error{failure::ended, "the answer is complete", false, true};
            if (auto read = co_await link_->read_some(answer_, until); !read) co_return read.error();
        }
        co_return answer_.body();
    }

 private:
    std::shared_ptr<connection> link_;
    answer_parser answer_;
    bool handed_out_ = false;  // the parser holds the bytes of the last call
};

/// A place inside the turnstile.
class place {
 public:
    explicit place(turnstile& gate) : gate_(gate) {}
    ~place() { gate_.leave(); }
    place(const place&) = delete;
    place& operator=(const place&) = delete;

 private:
    turnstile& gate_;
};

}  // namespace

std::string endpoint::authority() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

class http_client::implementation {
 public:
    implementation(asio::any_io_executor executor, endpoint server, const http_limits& limits)
        : authority_(server.authority()),
          limits_(limits),
          gate_(executor, limits.connections),
          pool_(executor, std::move(server), limits) {}

    using stream_result = result<std::unique_ptr<response_stream>>;

    result<void> use(const tls_config& config) { return pool_.use(config); }
    static asio::awaitable<result<response>> send(std::shared_ptr<implementation> self, const request& what);
    static asio::awaitable<stream_result> open_stream(std::shared_ptr<implementation> self,
                                                      const request& what);
    void close() {
        gate_.close();
        pool_.close();
    }

 private:
    asio::awaitable<result<response>> exchange(pooled_connection by,
                                               const request& what,
                                               std::string_view text,
                                               time_point until);

    std::string authority_;
    http_limits limits_;
    turnstile gate_;  // as many connections as places, idle ones included: one is made only when none is idle
    connection_pool pool_;
};

asio::awaitable<result<response>> http_client::implementation::exchange(pooled_connection by,
                                                                        const request& what,
                                                                        std::string_view text,
                                                                        time_point until) {
    auto& link = *by.link;
    const auto soon = [this, until] { return std::min(until, clock::now() + limits_.inactivity); };
    const auto body_bytes = std::min(limits_.body_bytes, what.body_bytes.value_or(limits_.body_bytes));
    answer_parser answer({limits_.header_bytes, body_bytes});
    if (auto written = co_await link.write(text, soon()); !written) co_return written.error();
    auto head = co_await read_head(
        link, answer, std::min(until, clock::now() + what.header.value_or(limits_.header)));
    if (!head) co_return head.error();
    while (!answer.done()) {
        if (auto read = co_await link.read_some(answer, soon()); !read) co_return read.error();
    }
    if (answer.keep_alive()) pool_.park(std::move(by));
    co_return answer.take();
}

asio::awaitable<result<response>> http_client::implementation::send(std::shared_ptr<implementation> self,
                                                                    const request& what) {
    const auto until = clock::now() + self->limits_.total;
    const auto text = request_text(what, self->authority_);
    if (!text) co_return text.error();
    const auto entered = co_await self->gate_.enter(until);
    if (entered == turnstile::outcome::closed) co_return self->pool_.closed_error();
    if (entered == turnstile::outcome::timed_out) {
        co_return error{failure::connect, self->authority_ + ": no connection became free in time", true};
    }
    const place inside(self->gate_);

    if (auto idle = self->pool_.take_idle()) {
        const auto link = idle->link;
        auto answer = co_await self->exchange(*std::move(idle), what, text->reveal(), until);
        if (answer || link->heard() || !may_repeat(answer.error(), what.verb)) co_return answer;
    }
    auto fresh = co_await self->pool_.connect(until);
    if (!fresh) co_return fresh.error();
    co_return co_await self->exchange(*std::move(fresh), what, text->reveal(), until);
}

asio::awaitable<http_client::implementation::stream_result> http_client::implementation::open_stream(
    std::shared_ptr<implementation> self, const request& what) {
    const auto until = clock::now() + self->limits_.total;
    const auto text = request_text(what, self->authority_);
    if (!text) co_return text.error();
    auto opened = co_await self->pool_.connect(until);
    if (!opened) co_return opened.error();
    auto link = std::move(opened->link);
    auto written =
        co_await link->write(text->reveal(), std::min(until, clock::now() + self->limits_.inactivity));
    if (!written) co_return written.error();
    // What was read is handed out before more is, so the body needs no limit.
    answer_parser answer({self->limits_.header_bytes, std::numeric_limits<std::size_t>::max()});
    auto head = co_await read_head(*link, answer, std::min(until, clock::now() + self->limits_.header));
    if (!head) co_return head.error();
    co_return std::make_unique<open_answer>(std::move(link), std::move(answer));
}

http_client::http_client(asio::any_io_executor executor, endpoint server, http_limits limits)
    : impl_(std::make_shared<implementation>(std::move(executor), std::move(server), limits)) {}

http_client::~http_client() {
    impl_->close();
}

result<void> http_client::use(const tls_config& config) {
    return impl_->use(config);
}

asio::awaitable<result<response>> http_client::send(const request& what) {
    return implementation::send(impl_, what);
}

asio::awaitable<result<std::unique_ptr<response_stream>>> http_client::open_stream(const request& what) {
    return implementation::open_stream(impl_, what);
}

void http_client::close() {
    impl_->close();
}

}  // namespace net
