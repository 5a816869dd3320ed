// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/metrics/metrics.hpp"
#include "runtime/time.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

/// What the kernel tells of this process. 0: not known.
struct process_usage {
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t open_files = 0;
    std::uint64_t max_files = 0;
};

/// The sizes in pages from the text of /proc/PID/statm.
struct memory_pages {
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
};
[[nodiscard]] std::optional<memory_pages> read_statm(std::string_view text);

[[nodiscard]] process_usage read_process_usage(const std::filesystem::path& proc = "/proc/self");

/// The metrics process_*, which every Prometheus client has, and regcred_build_info.
void register_process_metrics(runtime::metrics_registry& metrics, runtime::wall_time started);
