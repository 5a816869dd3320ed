// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/secret_bytes.hpp"

#include <chrono>
#include <string>

namespace kube {

/// The bearer token of the requests. A file's token expires and is replaced by the kubelet, so it is read
/// again; while the file is empty or unreadable the token read last stays.
class token_source {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    /// The file, where there is one, comes before the token, which then only bridges the time until it can be
    /// read.
    token_source(std::string file, util::secret_bytes token);

    /// Read from the file at most 30 s before `now`. Empty: there is none. Valid until the next call.
    [[nodiscard]] const util::secret_bytes& at(time_point now);
    /// The server refused this token (401): reads the file at once, and says whether there is another one
    /// now.
    [[nodiscard]] bool renew(time_point now, const util::secret_bytes& refused);

 private:
    void read(time_point now);

    std::string file_;
    util::secret_bytes token_;
    time_point next_read_ = time_point::min();
};

}  // namespace kube
