// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

namespace kube {

/// When requests may be sent. An overloaded server tells one client to wait, and means all its requests.
class retry_gate {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    /// The server asked to wait. A pause that ends later stays.
    void pause(time_point now, std::chrono::milliseconds wait) noexcept {
        opens_at_ = std::max(opens_at_, now + wait);
    }
    [[nodiscard]] bool is_open(time_point now) const noexcept { return now >= opens_at_; }
    [[nodiscard]] time_point opens_at() const noexcept { return opens_at_; }

 private:
    time_point opens_at_ = time_point::min();
};

}  // namespace kube
