// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace util {

/// Bytes that must stay secret: credentials, tokens, documents that hold them. Move-only and wiped on
/// destruction. No operator<<, no fmt formatter and no conversion to a string lets them reach a log or a
/// message by accident.
class secret_bytes {
 public:
    secret_bytes() = default;
    /// Moves the text; the source is wiped and left empty.
    explicit secret_bytes(std::string&& text) noexcept;
    /// Copies the text. The caller wipes its own bytes.
    [[nodiscard]] static secret_bytes copy_of(std::string_view text);

    secret_bytes(secret_bytes&& other) noexcept;
    secret_bytes& operator=(secret_bytes&& other) noexcept;
    secret_bytes(const secret_bytes&) = delete;
    secret_bytes& operator=(const secret_bytes&) = delete;
    ~secret_bytes();

    [[nodiscard]] secret_bytes clone() const { return copy_of(bytes_); }
    /// The bytes, valid until this object is destroyed or moved from. They must never be logged.
    [[nodiscard]] std::string_view reveal() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

    /// Constant-time for texts of one length (the length is not a secret).
    [[nodiscard]] friend bool operator==(const secret_bytes& a, const secret_bytes& b) noexcept {
        return same_bytes(a.bytes_, b.bytes_);
    }

 private:
    static bool same_bytes(std::string_view a, std::string_view b) noexcept;

    std::string bytes_;
};

/// Overwrites the bytes with zeros, in a way that the compiler does not optimise away.
void wipe(std::span<char> bytes) noexcept;
/// Overwrites the whole capacity, and leaves the string empty.
void wipe(std::string& text) noexcept;

/// std::string::reserve() that wipes the memory which the text leaves.
void reserve_wiping(std::string& text, std::size_t bytes);

/// std::string::append() that wipes the memory which the text leaves when it grows.
void append_wiping(std::string& text, std::string_view more);

/// HMAC-SHA256 with a random key of this process. It shows whether bytes are equal without keeping them. A
/// plain hash would reveal a weak password; this digest is of no use outside the process.
using keyed_digest = std::array<std::uint8_t, 32>;
[[nodiscard]] keyed_digest digest_of(std::string_view bytes);

}  // namespace util
