// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/secret_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dockerconfig {

// JSON as Go's encoding/json reads it. Bytes that are not UTF-8 and lone surrogates become U+FFFD, numbers
// may have any size, a byte order mark is a fault.

/// How deep encoding/json reads.
inline constexpr std::size_t go_json_depth = 10'000;

enum class json_fault_kind : std::uint8_t { syntax, truncated, trailing_text, too_deep };

struct json_fault {
    json_fault_kind kind = json_fault_kind::syntax;
    std::size_t byte = 0;  // the first wrong one, counted from 1; of a truncated text, the one after the last
};

/// Why a text is not one JSON document. Nothing: it is one.
[[nodiscard]] std::optional<json_fault> find_json_fault(std::string_view text,
                                                        std::size_t max_depth = go_json_depth);

enum class json_kind : std::uint8_t { null, boolean, number, string, object, array };

/// Walks a document in which find_json_fault() finds nothing, value by value. It builds no tree: the caller
/// reads or skips each value.
class json_walker {
 public:
    explicit json_walker(std::string_view text) : rest_(text) { skip_space(); }

    /// The kind of the next value.
    [[nodiscard]] json_kind kind() const noexcept;
    /// Reads the next value, a string.
    [[nodiscard]] util::secret_bytes take_string();
    /// Whether take_string() has put U+FFFD into the last string for what is no character.
    [[nodiscard]] bool has_replaced() const noexcept { return has_replaced_; }
    void skip();
    /// Reads the next value, an object: calls `read_member` with the name of each member, in order. It must
    /// read or skip the member's value.
    template <class ReadMember>
    void take_object(ReadMember read_member) {
        for (take_character(); rest_.front() != '}';) {
            if (rest_.front() == ',') take_character();
            const auto name = take_string();
            take_character();  // the colon
            read_member(name.reveal());
        }
        take_character();
    }

 private:
    void take_character();
    void skip_space() noexcept;
    [[nodiscard]] std::size_t string_length() const noexcept;

    std::string_view rest_;  // from the next token on
    bool has_replaced_ = false;
};

}  // namespace dockerconfig
