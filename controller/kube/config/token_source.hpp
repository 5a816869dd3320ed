// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/secret_bytes.hpp"

#include <chrono>
#include <string>

namespace kube {

/// The bearer token of the requests. The kubelet replaces a token file before the token expires, so the file
/// is read again; while it is empty or unreadable the last token stays.
class token_source {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    /// With a file, `token` is only used until the file can be read.
    token_source(std::string file, util::secret_bytes token);

    /// The token, read from the file at most 30 s before `now`. Empty without a token. Valid until the next
    /// call.
    [[nodiscard]] const util::secret_bytes& get(time_point now);
    /// Reads the file at once, after the server rejected a token (401). Returns whether the token is another
    /// one now.
    [[nodiscard]] bool refresh(time_point now, const util::secret_bytes& rejected);

 private:
    void read(time_point now);

    std::string file_;
    util::secret_bytes token_;
    time_point next_read_ = time_point::min();
};

}  // namespace kube
