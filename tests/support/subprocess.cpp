// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/subprocess.hpp"

#include "support/last_change.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace harness {

namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

/// A pipe's reading end that gives `text` and then its end.
int readable(const std::string& text) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
    if (::write(ends[1], text.data(), text.size()) != static_cast<ssize_t>(text.size())) fail("write");
    ::close(ends[1]);
    return ends[0];
}

std::filesystem::path temporary_file() {
    std::string name = (std::filesystem::temp_directory_path() / "regcred-test-XXXXXX").string();
    const int file = ::mkstemp(name.data());
    if (file < 0) fail("mkstemp");
    ::close(file);
    return name;
}

}  // namespace

subprocess::subprocess(const options& what) {
    auto arguments = what.arguments;
    auto environment = what.environment;
    const auto argv = pointers(arguments);
    const auto envp = pointers(environment);
    const int in = readable(what.input);
    const int out = ::open(what.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out < 0) fail(what.output.c_str());
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) fail("fork");
    if (pid_ == 0) {  // only async-signal-safe calls from here on
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(out, 2) < 0) ::_exit(127);
        ::execvpe(argv.front(), argv.data(), envp.data());
        ::_exit(127);
    }
    ::close(in);
    ::close(out);
}

subprocess::~subprocess() {
    if (poll()) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void subprocess::send_signal(int number) const {
    if (!ended_) ::kill(pid_, number);
}

std::optional<exit_report> subprocess::poll() {
    if (ended_) return ended_;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return {};
    ended_ = WIFSIGNALED(status) ? exit_report{.code = 0, .signal = WTERMSIG(status)}
                                 : exit_report{.code = WEXITSTATUS(status), .signal = 0};
    return ended_;
}

std::optional<exit_report> subprocess::wait(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!poll() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return ended_;
}

command_output run(std::vector<std::string> arguments, std::string input) {
    std::vector<std::string> environment;
    for (char** variable = environ; *variable != nullptr; ++variable)
        environment.emplace_back(*variable);
    const auto output = temporary_file();
    subprocess program({.arguments = std::move(arguments),
                        .environment = std::move(environment),
                        .output = output,
                        .input = std::move(input)});
    const auto end = program.wait(std::chrono::minutes(2));
    last_change::note();
    command_output result{.code = 128 + SIGKILL, .text = read_text(output)};
    if (end) result.code = end->signal == 0 ? end->code : 128 + end->signal;
    std::filesystem::remove(output);
    return result;
}

std::string run_or_throw(std::vector<std::string> arguments, std::string input) {
    const auto command = fmt::format("{}", fmt::join(arguments, " "));
    auto result = run(std::move(arguments), std::move(input));
    if (result.code != 0)
        throw std::runtime_error(fmt::format("{}: exit {}: {}", command, result.code, result.text));
    return std::move(result.text);
}

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace harness
