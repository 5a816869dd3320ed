// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/process_metrics.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string>

TEST_CASE("sizes of memory are the first two numbers of statm") {
    const auto pages = read_statm("4321 1234 900 1 0 700 0\n");
    REQUIRE(pages);
    CHECK(pages->total == 4321);
    CHECK(pages->resident == 1234);
    for (const auto* text : {"", "x", "12", "12 x"})
        CHECK_FALSE(read_statm(text));
}

TEST_CASE("the kernel tells of this process") {
    const auto before = read_process_usage();
    CHECK(before.cpu_seconds > 0);
    CHECK(before.resident_bytes > 1'000'000);
    CHECK(before.virtual_bytes > before.resident_bytes);
    CHECK(before.open_files >= 3);
    CHECK(before.max_files >= before.open_files);
    const int more = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK(read_process_usage().open_files == before.open_files + 1);
    ::close(more);
    CHECK(read_process_usage("/no/such/folder").resident_bytes == 0);
    CHECK(read_process_usage("/no/such/folder").open_files == 0);
}

TEST_CASE("the metrics of the process have the names that every Prometheus client uses, and the version") {
    runtime::metrics_registry metrics;
    register_process_metrics(metrics, runtime::wall_time{std::chrono::seconds(1'700'000'000)});
    const auto text = metrics.text();
    for (const std::string name : {"process_cpu_seconds_total",
                                   "process_resident_memory_bytes",
                                   "process_virtual_memory_bytes",
                                   "process_open_fds",
                                   "process_max_fds"})
        CHECK_MESSAGE(text.find("\n" + name + " ") != std::string::npos, name);
    CHECK(text.find("\nprocess_start_time_seconds 1700000000\n") != std::string::npos);
    CHECK(text.find("\nregcred_build_info{version=\"0.") != std::string::npos);
}
