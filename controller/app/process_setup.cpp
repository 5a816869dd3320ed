// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/process_setup.hpp"

#include <fmt/format.h>

#include <nss.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <exception>

void set_up_process() {
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    std::signal(SIGPIPE, SIG_IGN);
    // Other services are shared libraries of the machine. A static program that loads one which was made for
    // another C library crashes, and one that cannot be loaded hides what files and DNS know.
    __nss_configure_lookup("hosts", "files dns");
}

int run_guarded(const char* program, int code_of_bug, const std::function<int()>& run) {
    try {
        return run();
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: internal error: {}\n", program, error.what());
        return code_of_bug;
    }
}

void ignore_hangup() {
    std::signal(SIGHUP, SIG_IGN);
}
