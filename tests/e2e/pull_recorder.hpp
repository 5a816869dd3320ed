// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/scripted_server.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace e2e {

/// What was asked of the registry for one image.
struct pull_record {
    std::size_t without_login = 0;   // requests
    std::vector<std::string> users;  // in order, as the table of pulls writes them
};

/// Plays a registry on 127.0.0.1 that asks everybody for a password and then has no image for anybody, so
/// that a kubelet goes on until it has tried all that it has.
class pull_recorder {
 public:
    pull_recorder();

    [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }
    /// For the image with this tag or digest.
    [[nodiscard]] pull_record asked_for(const std::string& reference) const;

 private:
    void serve(harness::scripted_session& session);
    [[nodiscard]] bool note(const std::string& request);  // false: there was no login

    mutable std::mutex mutex_;
    std::map<std::string, pull_record> records_;
    harness::scripted_server server_;
};

}  // namespace e2e
