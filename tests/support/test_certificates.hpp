// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace harness {

/// A certificate and its key, as PEM.
struct identity {
    std::string certificate;
    std::string key;
};

struct certificate_wish {
    std::vector<std::string> dns_names;
    std::vector<std::string> addresses;
    std::string common_name = "test";
    bool expired = false;
    bool for_client = false;  // else for a server
};

/// A certificate authority that lives in memory, with keys of its own.
class certificate_authority {
 public:
    certificate_authority();
    ~certificate_authority();
    certificate_authority(certificate_authority&&) noexcept;
    certificate_authority& operator=(certificate_authority&&) noexcept;

    [[nodiscard]] const std::string& certificate() const noexcept;  // PEM
    [[nodiscard]] identity issue(const certificate_wish& wish) const;
    /// For 127.0.0.1 and localhost.
    [[nodiscard]] identity issue_for_loopback() const;

 private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace harness
