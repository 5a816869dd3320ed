// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/receive_buffer.hpp"

#include "util/secret_bytes.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

namespace net {

namespace {

constexpr std::size_t tls_record = 16U * 1024;

}  // namespace

receive_buffer::~receive_buffer() {
    util::wipe(storage_);
}

std::span<char> receive_buffer::prepare() {
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

void receive_buffer::commit(std::size_t bytes) noexcept {
    end_ += bytes;
    dirty_ = std::max(dirty_, end_);
}

void receive_buffer::consume(std::size_t bytes) noexcept {
    begin_ += bytes;
    if (begin_ < end_) return;
    OPENSSL_cleanse(storage_.data(), dirty_);
    begin_ = end_ = dirty_ = 0;
}

}  // namespace net
