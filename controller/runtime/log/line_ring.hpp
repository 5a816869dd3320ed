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

/// Lines that wait to be written, up to a number of bytes. A line for which there is no room is dropped and
/// counted, and as soon as there is room a line that tells how many takes their place.
class line_ring {
 public:
    using notice = std::function<std::string(std::uint64_t dropped)>;

    line_ring(std::size_t capacity, notice tell_dropped);

    void push(std::string line);
    /// The bytes to be written next (a part of one line, newline included); empty if there are none.
    [[nodiscard]] std::string_view front() const noexcept;
    /// That many bytes of front() have been written.
    void consume(std::size_t bytes);
    /// What waits is lost.
    void drop_all();

    [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_total_; }

 private:
    [[nodiscard]] bool append(std::string line);
    void tell_if_dropped();

    std::size_t capacity_;
    notice notice_;
    std::deque<std::string> lines_;
    std::size_t bytes_ = 0;
    std::size_t written_ = 0;  // of the first line
    std::uint64_t dropped_ = 0;
    std::uint64_t dropped_total_ = 0;
};

}  // namespace runtime
