// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/http_get.hpp"
#include "support/subprocess.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace harness {

struct controller_options {
    std::filesystem::path binary;
    std::filesystem::path kubeconfig;
    std::string secret_names = "regcred";
    std::string service_accounts = "default";
    std::filesystem::path log;  // a new file
    /// After the others. Without a --leader-elect here there is no leader election: a test that kills the
    /// controller would have to wait for its Lease.
    std::vector<std::string> more_flags;
};

/// The real program, as a process of its own.
class controller_process {
 public:
    /// Starts it and waits until /readyz says 200. Throws if it ends or does not get there.
    explicit controller_process(controller_options options);

    /// SIGTERM; how it ended, and nothing when it did not within `limit`.
    [[nodiscard]] std::optional<exit_report> stop(std::chrono::milliseconds limit = std::chrono::seconds(10));
    /// SIGKILL.
    void kill();
    void send_signal(int number) const { program_.send_signal(number); }
    [[nodiscard]] bool running() { return !program_.poll(); }

    [[nodiscard]] std::optional<plain_answer> get(const std::string& path) const {
        return http_get(port_, path);
    }
    [[nodiscard]] std::string log_text() const { return read_text(options_.log); }
    [[nodiscard]] const std::filesystem::path& log_file() const noexcept { return options_.log; }
    [[nodiscard]] pid_t pid() const noexcept { return program_.pid(); }

 private:
    [[nodiscard]] std::uint16_t bound_port() const;

    controller_options options_;
    subprocess program_;
    std::uint16_t port_ = 0;
};

}  // namespace harness
