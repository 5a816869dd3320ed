// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace harness {

/// How a program ended.
struct exit_report {
    int code = 0;    // of exit()
    int signal = 0;  // that ended it; 0: none did
};

/// A program that runs. It gets SIGKILL when this process ends, however that comes about.
class subprocess {
 public:
    struct options {
        std::vector<std::string> arguments;    // the program first, looked for in PATH
        std::vector<std::string> environment;  // NAME=value; nothing else is passed on
        std::filesystem::path output;          // stdout and stderr are appended there
        std::string input;                     // small: it is written before the program reads
    };

    explicit subprocess(const options& what);
    ~subprocess();
    subprocess(const subprocess&) = delete;
    subprocess& operator=(const subprocess&) = delete;

    void send_signal(int number) const;
    /// Nothing while it runs.
    [[nodiscard]] std::optional<exit_report> poll();
    [[nodiscard]] std::optional<exit_report> wait(std::chrono::milliseconds limit);
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
    pid_t pid_ = -1;
    std::optional<exit_report> ended_;
};

struct command_output {
    int code = 0;      // 128 + the signal's number if one ended it, as shells say it
    std::string text;  // stdout and stderr
};

/// Runs a program to its end with this process's environment.
[[nodiscard]] command_output run(std::vector<std::string> arguments, std::string input = {});

/// The same; throws std::runtime_error with the output unless the program succeeds.
std::string run_or_throw(std::vector<std::string> arguments, std::string input = {});

[[nodiscard]] std::string read_text(const std::filesystem::path& file);

}  // namespace harness
