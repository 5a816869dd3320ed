// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace net {

/// Bytes that were read and not yet parsed. They may hold a credential: wiped as soon as all are consumed,
/// and at the end.
class receive_buffer {
 public:
    receive_buffer() = default;
    ~receive_buffer();
    receive_buffer(const receive_buffer&) = delete;
    receive_buffer& operator=(const receive_buffer&) = delete;

    [[nodiscard]] std::string_view pending() const noexcept {
        return {storage_.data() + begin_, end_ - begin_};
    }
    /// Room for one TLS record behind the pending bytes.
    [[nodiscard]] std::span<char> prepare();
    void commit(std::size_t bytes) noexcept;
    void consume(std::size_t bytes) noexcept;

 private:
    std::string storage_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t dirty_ = 0;  // from here on nothing was ever written, or all is wiped
};

}  // namespace net
