// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/http_message.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace net {

struct response_limits {
    std::size_t header_bytes = 64U * 1024;
    std::size_t body_bytes = 64U * 1024 * 1024;  // that are held at the same time: see discard_body()
};

/// Parses one HTTP/1.1 response, however its bytes are split. Interim responses (1xx) are skipped. Refuses,
/// with failure::protocol: redirects, any Content-Encoding, any Transfer-Encoding but chunked.
class response_parser {
 public:
    explicit response_parser(const response_limits& limits);
    ~response_parser();
    response_parser(response_parser&&) noexcept;
    response_parser& operator=(response_parser&&) noexcept;

    /// Returns how many bytes were used. The caller must present the others again, followed by those that
    /// arrive next. Bytes behind the end of the response are not used.
    [[nodiscard]] result<std::size_t> feed(std::string_view bytes);
    /// The peer closed the connection in an orderly way: this is the end of a response without a length, and
    /// failure::read for any other.
    [[nodiscard]] result<void> finish();

    [[nodiscard]] bool has_head() const noexcept;
    [[nodiscard]] bool done() const noexcept;
    /// Whether the connection can carry another response.
    [[nodiscard]] bool keep_alive() const noexcept;
    [[nodiscard]] const response& head() const noexcept;  // its body is empty

    /// The part of the body that arrived since the start, or since discard_body(), which wipes it.
    [[nodiscard]] std::string_view body() const noexcept;
    void discard_body() noexcept;
    /// Moves the head and the body out.
    [[nodiscard]] response take();

 private:
    class implementation;
    std::unique_ptr<implementation> impl_;
};

}  // namespace net
