// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace util {

/// Bytes that must not be seen: credentials, tokens, documents made of them. Move-only, wiped when they go,
/// and with no operator<<, no fmt formatter and no conversion to a string, so that they cannot reach a log or
/// a message by accident.
class secret_bytes {
 public:
    secret_bytes() = default;
    /// Takes the text over; the source is wiped and left empty.
    explicit secret_bytes(std::string&& text) noexcept;
    /// Copies; the caller wipes its own bytes.
    [[nodiscard]] static secret_bytes copy_of(std::string_view text);

    secret_bytes(secret_bytes&& other) noexcept;
    secret_bytes& operator=(secret_bytes&& other) noexcept;
    secret_bytes(const secret_bytes&) = delete;
    secret_bytes& operator=(const secret_bytes&) = delete;
    ~secret_bytes();

    [[nodiscard]] secret_bytes clone() const { return copy_of(bytes_); }
    /// The bytes themselves, for as long as this object lives and is not moved from. Never log what it
    /// returns.
    [[nodiscard]] std::string_view reveal() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

    /// Takes the same time wherever the first difference is (the length is not a secret).
    [[nodiscard]] friend bool operator==(const secret_bytes& a, const secret_bytes& b) noexcept {
        return same_bytes(a.bytes_, b.bytes_);
    }

 private:
    static bool same_bytes(std::string_view a, std::string_view b) noexcept;

    std::string bytes_;
};

/// Overwrites the whole capacity with zeros, in a way that the compiler keeps, and leaves the string empty.
void wipe(std::string& text) noexcept;

/// Makes room for `bytes` in all. Unlike std::string::reserve, it wipes the block that the text leaves.
void reserve_wiping(std::string& text, std::size_t bytes);

/// Appends. Unlike std::string::append, it wipes the block that the text leaves when it grows.
void append_wiping(std::string& text, std::string_view more);

}  // namespace util
