// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/http_client.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace net {

struct answer_bounds {
    std::size_t header_bytes = 64U * 1024;
    std::size_t body_bytes = 64U * 1024 * 1024;  // that are kept at the same time: see discard_body()
};

/// Bytes of one HTTP/1.1 answer in, the answer out, whatever the split. Interim answers (1xx) are skipped.
/// Refused with failure::protocol: redirects, any Content-Encoding, any Transfer-Encoding but chunked.
class answer_parser {
 public:
    explicit answer_parser(const answer_bounds& bounds);
    ~answer_parser();
    answer_parser(answer_parser&&) noexcept;
    answer_parser& operator=(answer_parser&&) noexcept;

    /// How many of the bytes were used up; the others are to be presented again, with what comes behind them.
    /// Nothing is used up behind the end of the answer.
    [[nodiscard]] result<std::size_t> feed(std::string_view bytes);
    /// The peer closed the connection in an orderly way: the end of an answer without a length, else
    /// failure::read.
    [[nodiscard]] result<void> finish();

    [[nodiscard]] bool has_head() const noexcept;
    [[nodiscard]] bool done() const noexcept;
    /// Another answer may follow on the same connection.
    [[nodiscard]] bool keep_alive() const noexcept;
    [[nodiscard]] const response& head() const noexcept;  // its body is empty

    /// What has come of the body since the start, or since discard_body(), which wipes it.
    [[nodiscard]] std::string_view body() const noexcept;
    void discard_body() noexcept;
    /// Head and body, moved out.
    [[nodiscard]] response take();

 private:
    class implementation;
    std::unique_ptr<implementation> impl_;
};

}  // namespace net
