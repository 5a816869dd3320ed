// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/plugin_process.hpp"

#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

using kube::run_plugin;

namespace {

/// Writes an executable shell script.
std::string program(const harness::temporary_folder& folder, const std::string& lines) {
    const auto file = folder.write("login-helper", "#!/bin/sh\n" + lines + "\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
}

/// Makes a file this process's stdin until it is destroyed.
class stdin_from_file {
 public:
    explicit stdin_from_file(const std::string& path) : saved_(::dup(STDIN_FILENO)) {
        const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        REQUIRE(::dup2(file, STDIN_FILENO) == STDIN_FILENO);
        ::close(file);
    }
    ~stdin_from_file() {
        ::dup2(saved_, STDIN_FILENO);
        ::close(saved_);
    }
    stdin_from_file(const stdin_from_file&) = delete;
    stdin_from_file& operator=(const stdin_from_file&) = delete;

 private:
    int saved_;
};

}  // namespace

TEST_CASE("a plugin gets its arguments and variables unchanged, and an empty stdin") {
    const harness::temporary_folder folder;
    const auto command = program(folder, R"(printf '<%s>' "$@"; printf '%s' "$A$HOME"; cat; exit 3)");
    const auto run = run_plugin({command, {"a b", "$HOME;*", ""}, {{"A", "x=y"}, {"HOME", "/h"}}, false});
    REQUIRE(run);
    CHECK(run->exit_code == 3);
    CHECK(run->output.reveal() == "<a b><$HOME;*><>x=y/h");
    CHECK(run_plugin({"true", {}, {}, false})->exit_code == 0);
    CHECK(run_plugin({"sh", {"-c", "kill -KILL $$"}, {}, false})->exit_code == 128 + 9);
}

TEST_CASE("a plugin reads this process's stdin only if it inherits it") {
    const harness::temporary_folder folder;
    for (const bool inherit_stdin : {true, false}) {
        const stdin_from_file input(folder.write("input", "CANARY"));
        const auto run = run_plugin({"cat", {}, {}, inherit_stdin});
        REQUIRE(run);
        CHECK(run->output.reveal() == (inherit_stdin ? "CANARY" : ""));
    }
}

TEST_CASE("a plugin that cannot start, or prints without end, is an error") {
    CHECK(run_plugin({"/no/such/program", {}, {}, false}).has_error());
    CHECK(run_plugin({"no-such-program-anywhere", {}, {}, false}).has_error());
    const auto most = run_plugin({"head", {"-c", "262144", "/dev/zero"}, {}, false});
    REQUIRE(most);
    CHECK(most->output.size() == kube::max_plugin_output);
    CHECK(run_plugin({"head", {"-c", "262145", "/dev/zero"}, {}, false}).has_error());
    const auto endless = run_plugin({"yes", {}, {}, false});
    REQUIRE(endless.has_error());
    CHECK(endless.error().message == "it printed more than 256 KiB");
}

TEST_CASE("a plugin dies of SIGPIPE although this process ignores it") {
    auto* const previous = std::signal(SIGPIPE, SIG_IGN);
    const auto run = run_plugin({"sh", {"-c", "kill -PIPE $$"}, {}, false});
    std::signal(SIGPIPE, previous);
    REQUIRE(run);
    CHECK(run->exit_code == 128 + SIGPIPE);
}
