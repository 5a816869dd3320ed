// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/answer_parser.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace net {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

namespace {

constexpr int most_interim_answers = 8;
constexpr std::uint64_t largest_first_reservation = 1024U * 1024;

/// Keeps what a client of the API needs and drops the rest of the header as it is read.
class answer_collector : public http::basic_parser<false> {
 public:
    explicit answer_collector(const answer_bounds& bounds) : bounds_(bounds) {
        eager(true);
        header_limit(static_cast<std::uint32_t>(bounds.header_bytes));
        body_limit(boost::none);  // Beast's limit is on the sum, which a watch exceeds some day
    }
    ~answer_collector() override { util::wipe(body); }
    answer_collector(const answer_collector&) = delete;
    answer_collector& operator=(const answer_collector&) = delete;

    response head;
    std::string body;
    std::optional<error> refused;

 private:
    void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}

    void on_response_impl(int code, string_view, int, error_code& ec) override {
        head.status = static_cast<unsigned>(code);
        if (code == 101) refuse(failure::protocol, "switches protocols", ec);
        if (code / 100 == 3) refuse(failure::protocol, fmt::format("redirects (HTTP {})", code), ec);
    }

    void on_field_impl(http::field name, string_view, string_view value, error_code& ec) override {
        if (in_body_) return;  // trailers
        const std::string text(value.data(), value.size());
        switch (name) {
            case http::field::content_type:
                head.content_type = text;
                break;
            case http::field::retry_after:
                head.retry_after = text;
                break;
            case http::field::date:
                head.date = text;
                break;
            case http::field::content_encoding:
                if (!boost::beast::iequals(value, "identity")) refuse(failure::protocol, "is compressed", ec);
                break;
            case http::field::transfer_encoding:
                if (!boost::beast::iequals(value, "chunked")) {
                    refuse(failure::protocol, "has a Transfer-Encoding that is not chunked", ec);
                }
                break;
            default:
                break;
        }
    }

    void on_header_impl(error_code& ec) override {
        const auto length = content_length();
        if (length && *length > bounds_.body_bytes) refuse_size(ec);
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        in_body_ = true;
        if (length)
            util::reserve_wiping(body,
                                 static_cast<std::size_t>(std::min(*length, largest_first_reservation)));
    }

    std::size_t on_body_impl(string_view bytes, error_code& ec) override {
        if (bytes.size() > bounds_.body_bytes - body.size()) {
            refuse_size(ec);
            return 0;
        }
        util::append_wiping(body, {bytes.data(), bytes.size()});
        return bytes.size();
    }

    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& ec) override {
        return on_body_impl(bytes, ec);
    }
    void on_finish_impl(error_code&) override {}

    void refuse(failure why, std::string what, error_code& ec) {
        refused.emplace(why, "the answer " + std::move(what));
        ec = http::error::bad_value;
    }
    void refuse_size(error_code& ec) {
        refuse(failure::too_large, fmt::format("is longer than {} bytes", bounds_.body_bytes), ec);
    }

    answer_bounds bounds_;
    bool in_body_ = false;
};

/// Beast's parser asserts that a final chunk comes with at least its five bytes, which a slow peer may break.
constexpr std::size_t shortest_rest = 5;  // "0\r\n\r\n"

}  // namespace

class answer_parser::implementation {
 public:
    explicit implementation(const answer_bounds& given) : bounds(given) { current.emplace(bounds); }

    result<std::size_t> feed(std::string_view bytes) {
        std::size_t used = 0;
        while (used < bytes.size() && !current->is_done()) {
            const auto rest = bytes.substr(used);
            if (starved && current->is_header_done() && rest.size() < shortest_rest) break;
            error_code ec;
            used += current->put({rest.data(), rest.size()}, ec);
            starved = ec == http::error::need_more;
            if (starved) break;
            if (ec) return failed(ec);
            if (current->is_done() && current->head.status / 100 == 1) {
                if (++interim_answers > most_interim_answers) {
                    return error{failure::protocol, "the answer does not come: interim answers only"};
                }
                current.emplace(bounds);
            }
        }
        if (starved && bytes.size() - used > bounds.header_bytes) {
            return error{failure::too_large,
                         fmt::format("a header is longer than {} bytes", bounds.header_bytes)};
        }
        return used;
    }

    [[nodiscard]] error failed(const error_code& ec) const {
        if (current->refused) return *current->refused;
        if (ec == http::error::header_limit) {
            return {failure::too_large,
                    fmt::format("the header is longer than {} bytes", bounds.header_bytes)};
        }
        return {failure::protocol, "not an HTTP/1.1 answer: " + ec.message()};
    }

    answer_bounds bounds;
    std::optional<answer_collector> current;  // a new one for each answer, as the parser serves once
    int interim_answers = 0;
    bool starved = false;  // the parser cannot go on with the bytes it has seen
};

answer_parser::answer_parser(const answer_bounds& bounds) : impl_(std::make_unique<implementation>(bounds)) {}
answer_parser::~answer_parser() = default;
answer_parser::answer_parser(answer_parser&&) noexcept = default;
answer_parser& answer_parser::operator=(answer_parser&&) noexcept = default;

result<std::size_t> answer_parser::feed(std::string_view bytes) {
    return impl_->feed(bytes);
}

result<void> answer_parser::finish() {
    error_code ec = http::error::partial_message;
    if (impl_->current->got_some()) impl_->current->put_eof(ec);
    if (ec) return error{failure::read, "the connection was closed inside the answer"};
    return {};
}

bool answer_parser::has_head() const noexcept {
    return impl_->current->is_header_done();
}
bool answer_parser::done() const noexcept {
    return impl_->current->is_done();
}
bool answer_parser::keep_alive() const noexcept {
    return done() && impl_->current->keep_alive();
}
const response& answer_parser::head() const noexcept {
    return impl_->current->head;
}
std::string_view answer_parser::body() const noexcept {
    return impl_->current->body;
}
void answer_parser::discard_body() noexcept {
    util::wipe(impl_->current->body);
}

response answer_parser::take() {
    auto answer = std::move(impl_->current->head);
    answer.body = util::secret_bytes(std::move(impl_->current->body));
    return answer;
}

}  // namespace net
