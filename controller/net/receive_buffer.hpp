// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/secret_bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
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

}  // namespace net
