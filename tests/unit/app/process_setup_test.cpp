// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/process_setup.hpp"

#include <doctest/doctest.h>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace {

/// Whether a child process that calls `prepare` survives the signal.
bool survives(void (*prepare)(), int signal) {
    const auto child = ::fork();
    if (child == 0) {
        std::signal(signal, SIG_DFL);
        prepare();
        ::raise(signal);
        ::_exit(prctl(PR_GET_DUMPABLE) == 0 || prepare == ignore_hangup ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("a closed terminal does not end the controller") {
    CHECK_FALSE(survives(set_up_process, SIGHUP));
    CHECK(survives(ignore_hangup, SIGHUP));
}

TEST_CASE("a closed connection does not end the process, and it leaves no core file") {
    CHECK(survives(set_up_process, SIGPIPE));
}

TEST_CASE("an exception becomes an exit code") {
    CHECK(run_guarded("program", 2, [] { return 1; }) == 1);
    CHECK(run_guarded("program", 2, []() -> int { throw std::logic_error("bug"); }) == 2);
}
