// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/response_parser.hpp"

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

constexpr int max_interim_responses = 8;
constexpr std::uint64_t max_initial_reservation = 1024U * 1024;

/// Keeps the header fields that an API client needs, and the body.
class response_collector : public http::basic_parser<false> {
 public:
    explicit response_collector(const response_limits& limits) : limits_(limits) {
        eager(true);
        header_limit(static_cast<std::uint32_t>(limits.header_bytes));
        body_limit(boost::none);  // Beast limits the sum, which a long watch exceeds
    }
    ~response_collector() override { util::wipe(body); }
    response_collector(const response_collector&) = delete;
    response_collector& operator=(const response_collector&) = delete;

    response head;
    std::string body;
    std::optional<error> refused;

 private:
    void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}

    void on_response_impl(int code, string_view, int, error_code& ec) override {
        head.status = static_cast<unsigned>(code);
        if (code == 101) refuse(failure::protocol, "switches protocols", ec);
        if (code / 100 == 3) refuse(failure::protocol, fmt::format("is a redirect (HTTP {})", code), ec);
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
            case http::field::warning:
                head.warnings.push_back(text);
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
        if (length && *length > limits_.body_bytes) refuse_size(ec);
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        in_body_ = true;
        if (length)
            util::reserve_wiping(body, static_cast<std::size_t>(std::min(*length, max_initial_reservation)));
    }

    std::size_t on_body_impl(string_view bytes, error_code& ec) override {
        if (bytes.size() > limits_.body_bytes - body.size()) {
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

    void refuse(failure phase, const std::string& reason, error_code& ec) {
        refused.emplace(phase, "the response " + reason);
        ec = http::error::bad_value;
    }
    void refuse_size(error_code& ec) {
        refuse(failure::too_large, fmt::format("is longer than {} bytes", limits_.body_bytes), ec);
    }

    response_limits limits_;
    bool in_body_ = false;
};

/// Beast's parser asserts that the last chunk arrives with at least its five bytes, which a slow peer may
/// split.
constexpr std::size_t last_chunk_bytes = 5;  // "0\r\n\r\n"

}  // namespace

class response_parser::implementation {
 public:
    explicit implementation(const response_limits& given) : limits(given) { current.emplace(limits); }

    result<std::size_t> feed(std::string_view bytes) {
        std::size_t used = 0;
        while (used < bytes.size() && !current->is_done()) {
            const auto rest = bytes.substr(used);
            if (need_more && current->is_header_done() && rest.size() < last_chunk_bytes) break;
            error_code ec;
            used += current->put({rest.data(), rest.size()}, ec);
            need_more = ec == http::error::need_more;
            if (need_more) break;
            if (ec) return failed(ec);
            if (current->is_done() && current->head.status / 100 == 1) {
                if (++interim_responses > max_interim_responses) {
                    return error{failure::protocol,
                                 fmt::format("more than {} interim responses", max_interim_responses)};
                }
                current.emplace(limits);
            }
        }
        if (need_more && bytes.size() - used > limits.header_bytes) {
            return error{
                failure::too_large,
                fmt::format("a header or chunk header is longer than {} bytes", limits.header_bytes)};
        }
        return used;
    }

    [[nodiscard]] error failed(const error_code& ec) const {
        if (current->refused) return *current->refused;
        if (ec == http::error::header_limit) {
            return {failure::too_large,
                    fmt::format("the header is longer than {} bytes", limits.header_bytes)};
        }
        return {failure::protocol, "not an HTTP/1.1 response: " + ec.message()};
    }

    response_limits limits;
    std::optional<response_collector> current;  // a new one for each response: Beast's parser parses one
    int interim_responses = 0;
    bool need_more = false;  // the parser cannot continue with the bytes that it was given
};

response_parser::response_parser(const response_limits& limits)
    : impl_(std::make_unique<implementation>(limits)) {}
response_parser::~response_parser() = default;
response_parser::response_parser(response_parser&&) noexcept = default;
response_parser& response_parser::operator=(response_parser&&) noexcept = default;

result<std::size_t> response_parser::feed(std::string_view bytes) {
    return impl_->feed(bytes);
}

result<void> response_parser::finish() {
    error_code ec = http::error::partial_message;
    if (impl_->current->got_some()) impl_->current->put_eof(ec);
    if (ec) return error{failure::read, "the connection was closed before the response ended"};
    return {};
}

bool response_parser::has_head() const noexcept {
    return impl_->current->is_header_done();
}
bool response_parser::done() const noexcept {
    return impl_->current->is_done();
}
bool response_parser::keep_alive() const noexcept {
    return done() && impl_->current->keep_alive();
}
const response& response_parser::head() const noexcept {
    return impl_->current->head;
}
std::string_view response_parser::body() const noexcept {
    return impl_->current->body;
}
void response_parser::discard_body() noexcept {
    util::wipe(impl_->current->body);
}

response response_parser::take() {
    auto response = std::move(impl_->current->head);
    response.body = util::secret_bytes(std::move(impl_->current->body));
    return response;
}

}  // namespace net
