// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace runtime {

/// Lines that wait to be written, up to a number of bytes. A line that does not fit is dropped. As soon as
/// there is room, a notice of how many lines were dropped takes their place.
class line_ring {
 public:
    using notice = std::function<std::string(std::uint64_t dropped)>;

    line_ring(std::size_t capacity, notice dropped_notice);

    void push(std::string line);
    /// The bytes to write next: the rest of one line and its newline. Empty if nothing waits.
    [[nodiscard]] std::string_view front() const noexcept;
    /// `bytes` bytes of front() were written.
    void consume(std::size_t bytes);
    /// Drops all lines that wait.
    void drop_all();

    [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }

 private:
    [[nodiscard]] bool append(std::string line);
    void append_notice();

    std::size_t capacity_;
    notice notice_;
    std::deque<std::string> lines_;
    std::size_t bytes_ = 0;
    std::size_t written_ = 0;    // of the first line
    std::uint64_t dropped_ = 0;  // since the last notice
};

}  // namespace runtime
