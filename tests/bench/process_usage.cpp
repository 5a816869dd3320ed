// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "process_usage.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bench {

namespace {

std::string read_proc(pid_t process, std::string_view file) {
    const auto path = fmt::format("/proc/{}/{}", process, file);
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    if (text.view().empty()) throw std::runtime_error("cannot read " + path);
    return text.str();
}

/// The lines are "NAME:  NUMBER kB", in units of 1024 bytes.
double megabytes(const std::string& status, std::string_view name) {
    const auto at = status.find(fmt::format("\n{}:", name));
    if (at == std::string::npos) throw std::runtime_error(fmt::format("no {} in /proc/PID/status", name));
    return std::stod(status.substr(at + name.size() + 2)) * 1024 / 1e6;
}

}  // namespace

resident_memory memory_of(pid_t process) {
    const auto status = read_proc(process, "status");
    return {.now = megabytes(status, "VmRSS"), .highest = megabytes(status, "VmHWM")};
}

double cpu_seconds_of(pid_t process) {
    const auto stat = read_proc(process, "stat");
    std::istringstream fields(
        stat.substr(stat.rfind(')') + 1));  // the second field, in brackets, is free text
    std::string skipped;
    for (int field = 3; field < 14; ++field)
        fields >> skipped;
    double user = 0;
    double system = 0;
    if (!(fields >> user >> system)) throw std::runtime_error("cannot read /proc/PID/stat");
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace bench
