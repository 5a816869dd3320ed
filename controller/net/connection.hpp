// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/http_message.hpp"
#include "net/response_parser.hpp"
#include "net/tls_context.hpp"
#include "util/secret_bytes.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace net {

/// Bytes that were read and not yet parsed. They may hold a credential: they are wiped as soon as all are
/// consumed, and on destruction.
class receive_buffer {
 public:
    receive_buffer() = default;
    ~receive_buffer() { util::wipe(storage_); }
    receive_buffer(const receive_buffer&) = delete;
    receive_buffer& operator=(const receive_buffer&) = delete;

    [[nodiscard]] std::string_view pending() const noexcept {
        return {storage_.data() + begin_, end_ - begin_};
    }

    /// Space for one TLS record behind the pending bytes.
    [[nodiscard]] std::span<char> prepare() {
        constexpr std::size_t tls_record = 16U * 1024;
        const auto size = end_ - begin_;
        if (begin_ > 0) {
            std::memmove(storage_.data(), storage_.data() + begin_, size);
            begin_ = 0;
            end_ = size;
        }
        if (storage_.size() < size + tls_record) {
            util::reserve_wiping(storage_, size + tls_record);
            storage_.resize(size + tls_record);
        }
        return std::span(storage_).subspan(end_);
    }

    void commit(std::size_t bytes) noexcept {
        end_ += bytes;
        dirty_ = std::max(dirty_, end_);
    }

    void consume(std::size_t bytes) noexcept {
        begin_ += bytes;
        if (begin_ < end_) return;
        util::wipe(std::span(storage_).first(dirty_));
        begin_ = end_ = dirty_ = 0;
    }

 private:
    std::string storage_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t dirty_ = 0;  // the bytes from here on were never written, or are wiped
};

class resolver_cache;

/// One TLS connection. Each phase of an exchange has a deadline; when it passes, the socket is closed. After
/// an error the connection can no longer be used.
class connection {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    connection(boost::asio::any_io_executor executor, tls_context context, endpoint peer);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// TCP, with a tunnel through the peer's proxy if it has one, and TLS, each within its limit and both
    /// before the deadline.
    [[nodiscard]] boost::asio::awaitable<result<void>> open(resolver_cache& resolver,
                                                            const http_limits& limits,
                                                            time_point deadline);
    [[nodiscard]] boost::asio::awaitable<result<void>> write(std::string_view request, time_point deadline);
    /// Reads once and feeds the parser.
    [[nodiscard]] boost::asio::awaitable<result<void>> read_some(response_parser& parser,
                                                                 time_point deadline);

    /// At least one byte of a response arrived since the last write().
    [[nodiscard]] bool response_started() const noexcept;
    /// The connection is open, and the peer has sent nothing that no request asked for: no close, no alert.
    [[nodiscard]] bool reusable() const noexcept;
    /// Closes the socket. Running operations end with failure::cancelled.
    void abort() noexcept;

 private:
    class implementation;
    std::unique_ptr<implementation> impl_;
};

}  // namespace net
