// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/process_metrics.hpp"

#include "app/version.hpp"
#include "util/ascii.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

namespace {

double seconds_of(const timeval& time) {
    constexpr double micro = 1e-6;
    return static_cast<double>(time.tv_sec) + micro * static_cast<double>(time.tv_usec);
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::uint64_t count_files(const std::filesystem::path& folder) {
    std::error_code fault;
    std::uint64_t count = 0;
    for (auto entry = std::filesystem::directory_iterator(folder, fault);
         !fault && entry != std::filesystem::directory_iterator();
         entry.increment(fault))
        ++count;
    // One of them is the folder that is being read.
    return count == 0 ? 0 : count - 1;
}

void add_gauge(runtime::metrics_registry& metrics,
               std::string name,
               std::string help,
               std::uint64_t process_usage::* member) {
    metrics.gauge_func(std::move(name), std::move(help), [member] {
        return static_cast<double>(read_process_usage().*member);
    });
}

}  // namespace

std::optional<memory_pages> read_statm(std::string_view text) {
    const auto total = util::read_decimal<std::uint64_t>(util::take_until(text, ' '));
    const auto resident = util::read_decimal<std::uint64_t>(util::take_until(text, ' '));
    if (!total || !resident) return std::nullopt;
    return memory_pages{.total = *total, .resident = *resident};
}

process_usage read_process_usage(const std::filesystem::path& proc) {
    process_usage usage;
    rusage times{};
    if (getrusage(RUSAGE_SELF, &times) == 0)
        usage.cpu_seconds = seconds_of(times.ru_utime) + seconds_of(times.ru_stime);
    if (const auto pages = read_statm(text_of(proc / "statm"))) {
        const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        usage.resident_bytes = pages->resident * page;
        usage.virtual_bytes = pages->total * page;
    }
    usage.open_files = count_files(proc / "fd");
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) usage.max_files = files.rlim_cur;
    return usage;
}

void register_process_metrics(runtime::metrics_registry& metrics, runtime::wall_time started) {
    metrics.counter_func("process_cpu_seconds_total", "CPU time of the process, user and system.", [] {
        return read_process_usage().cpu_seconds;
    });
    add_gauge(metrics,
              "process_resident_memory_bytes",
              "Resident memory of the process.",
              &process_usage::resident_bytes);
    add_gauge(metrics,
              "process_virtual_memory_bytes",
              "Virtual memory of the process.",
              &process_usage::virtual_bytes);
    add_gauge(metrics,
              "process_open_fds",
              "File descriptors that the process has open.",
              &process_usage::open_files);
    add_gauge(metrics,
              "process_max_fds",
              "File descriptors that the process may have open.",
              &process_usage::max_files);
    const auto start = std::chrono::duration<double>(started.time_since_epoch()).count();
    metrics.gauge_func("process_start_time_seconds",
                       "When the process started, in seconds since 1970.",
                       [start] { return start; });
    metrics.gauges_func("regcred_build_info", "1, with the version in labels.", {"version", "revision"}, [] {
        return runtime::metrics_registry::samples{{{release(), revision()}, 1.0}};
    });
}
