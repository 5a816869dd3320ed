// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "raw_load.hpp"
#include "test_bed.hpp"

#include <cstddef>
#include <string>

namespace bench {

/// Many Events at once about failing Pods of one namespace that nobody has made, as its tenant can send them;
/// and what becomes of the other namespaces meanwhile.
class event_burst {
 public:
    /// `credential` is the name of one that selects bed.namespaces() and `fresh`-*.
    event_burst(test_bed& bed, std::string credential, std::string fresh);

    void run();
    [[nodiscard]] const burst& measured() const noexcept { return measured_; }

 private:
    void serve_namespace();
    void report_pod();
    void forget_pods();
    [[nodiscard]] json status();

    test_bed& bed_;
    std::string credential_;
    std::string fresh_;
    raw_load administrator_;
    burst measured_;
};

}  // namespace bench
