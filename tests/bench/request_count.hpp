// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/audit_log.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace bench {

/// Requests of one phase by "verb resource".
struct request_count {
    std::map<std::string, std::size_t> by_kind;
    std::size_t secret_writes = 0;   // accepted ones
    std::size_t account_writes = 0;  // likewise
    std::size_t writes = 0;
    std::size_t lists = 0;
};

/// Counts the controller's requests, phase by phase, from the audit log.
class request_counter {
 public:
    /// Requests in namespaces that begin with `ignored` are the benchmark's own, made with the controller's
    /// rights.
    request_counter(const std::filesystem::path& audit_log, std::string ignored);

    /// Waits until no request came for longer than the controller holds anything back.
    void settle();
    /// A phase begins now.
    void begin() { mark_ = log_.mark(); }
    [[nodiscard]] request_count end();

 private:
    harness::audit_log log_;
    std::string ignored_;
    std::size_t mark_ = 0;
};

}  // namespace bench
