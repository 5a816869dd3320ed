// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/line_ring.hpp"

#include <utility>

namespace runtime {

line_ring::line_ring(std::size_t capacity, notice dropped_notice)
    : capacity_(capacity), notice_(std::move(dropped_notice)) {}

void line_ring::push(std::string line) {
    append_notice();
    // No line may come before a notice that does not fit yet: the gap would seem to be elsewhere.
    if (dropped_ > 0 || !append(std::move(line))) ++dropped_;
}

std::string_view line_ring::front() const noexcept {
    if (lines_.empty()) return {};
    return std::string_view(lines_.front()).substr(written_);
}

void line_ring::consume(std::size_t bytes) {
    written_ += bytes;
    bytes_ -= bytes;
    if (written_ == lines_.front().size()) {
        lines_.pop_front();
        written_ = 0;
    }
    if (lines_.empty()) append_notice();
}

void line_ring::drop_all() {
    dropped_ += lines_.size();
    lines_.clear();
    bytes_ = 0;
    written_ = 0;
}

bool line_ring::append(std::string line) {
    line += '\n';
    if (bytes_ + line.size() > capacity_) return false;
    bytes_ += line.size();
    lines_.push_back(std::move(line));
    return true;
}

void line_ring::append_notice() {
    if (dropped_ > 0 && append(notice_(dropped_))) dropped_ = 0;
}

}  // namespace runtime
