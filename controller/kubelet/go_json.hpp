// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/secret_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kubelet {

// JSON as Go's encoding/json reads it, which differs from our own parser in what comes from people: bytes
// that are no UTF-8 and lone surrogates become U+FFFD, numbers may have any size, a byte order mark is a
// fault.

/// Where a text stops being one JSON document: the byte, counted from 1; one more than there are when it ends
/// too early. Nothing: it is one.
[[nodiscard]] std::optional<std::size_t> find_json_fault(std::string_view text);

enum class json_kind : std::uint8_t { null, boolean, number, string, object, array };

/// Walks a document in which find_json_fault() finds nothing, value by value. Nothing is built: what nobody
/// asks for is passed over.
class json_walker {
 public:
    explicit json_walker(std::string_view text) : rest_(text) { skip_space(); }

    /// Of the value that comes next.
    [[nodiscard]] json_kind kind() const noexcept;
    /// Reads the string that comes next.
    [[nodiscard]] util::secret_bytes take_string();
    void skip();
    /// Reads the object that comes next: calls `each` with the name of every member, in order, which then
    /// reads or skips its value.
    template <class Each>
    void take_object(Each each) {
        for (take_character(); rest_.front() != '}';) {
            if (rest_.front() == ',') take_character();
            const auto name = take_string();
            take_character();  // the colon
            each(name.reveal());
        }
        take_character();
    }

 private:
    void take_character();
    void skip_space() noexcept;
    [[nodiscard]] std::size_t string_length() const noexcept;

    std::string_view rest_;  // from the next token on
};

}  // namespace kubelet
