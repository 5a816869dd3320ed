// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <string_view>
#include <thread>

namespace bench {

namespace {

/// The rest of the first line that begins so, without separators and quotes.
std::string value_in(const std::string& file, std::string_view begin) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with(begin)) continue;
        const auto first = line.find_first_not_of(" \t:=\"", begin.size());
        const auto last = line.find_last_not_of(" \t\"");
        if (first != std::string::npos) return line.substr(first, last - first + 1);
    }
    return "unknown";
}

std::string memory_size() {
    const auto text = value_in("/proc/meminfo", "MemTotal");
    if (!text.ends_with(" kB")) return text;
    return fmt::format("{:.0f} GB", std::stod(text) * 1024 / 1e9);
}

}  // namespace

std::string describe_machine(harness::admin& admin) {
    const auto version = admin.get("/version").at("gitVersion").get<std::string>();
    return fmt::format(
        "{:%Y-%m-%d}; {} cores ({}), {} memory; {}; Kubernetes {}, its API server and etcd on the same "
        "machine",
        fmt::gmtime(std::time(nullptr)),
        std::thread::hardware_concurrency(),
        value_in("/proc/cpuinfo", "model name"),
        memory_size(),
        value_in("/etc/os-release", "PRETTY_NAME"),
        version);
}

}  // namespace bench
