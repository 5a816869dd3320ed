// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log/log.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// Keeps what is logged, for a test to look at.
class log_capture final : public runtime::log_sink {
 public:
    void write(std::string line) override { lines_.push_back(std::move(line)); }

    [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }
    [[nodiscard]] std::size_t count(std::string_view text) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            lines_, [text](const std::string& line) { return line.find(text) != std::string::npos; }));
    }

 private:
    std::vector<std::string> lines_;
};

}  // namespace support
