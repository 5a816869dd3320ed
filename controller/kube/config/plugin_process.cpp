// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/plugin_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared by hand

namespace kube {

namespace {

error system_error(int code) {
    return {error_kind::other, std::generic_category().message(code)};
}

class descriptor {
 public:
    explicit descriptor(int number) noexcept : number_(number) {}
    ~descriptor() { close(); }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    void close() noexcept {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }
    [[nodiscard]] int get() const noexcept { return number_; }

 private:
    int number_;
};

/// Redirections and signals of a process that is about to start.
class spawn_setup {
 public:
    spawn_setup() {
        posix_spawn_file_actions_init(&files_);
        posix_spawnattr_init(&attributes_);
    }
    ~spawn_setup() {
        posix_spawn_file_actions_destroy(&files_);
        posix_spawnattr_destroy(&attributes_);
    }
    spawn_setup(const spawn_setup&) = delete;
    spawn_setup& operator=(const spawn_setup&) = delete;

    void redirect_stdout(int fd) { posix_spawn_file_actions_adddup2(&files_, fd, STDOUT_FILENO); }
    void redirect_stdin_from_null() {
        posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    /// This process ignores SIGPIPE, and a child would inherit that.
    void reset_sigpipe() {
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGPIPE);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
    }
    [[nodiscard]] int spawn(pid_t& pid,
                            std::vector<char*>& arguments,
                            std::vector<char*>& environment) const {
        return posix_spawnp(
            &pid, arguments.front(), &files_, &attributes_, arguments.data(), environment.data());
    }

 private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

/// NAME=value: this process's environment with `overrides`.
std::vector<std::string> merged_environment(const std::map<std::string, std::string>& overrides) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (!overrides.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
    }
    for (const auto& [name, value] : overrides)
        all.push_back(std::string(name).append("=").append(value));
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (auto& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

int wait_for(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Reads until the end; an error when that is more than max_plugin_output.
result<util::secret_bytes> read_all(int fd) {
    std::string text;
    util::reserve_wiping(text, max_plugin_output + 1);
    std::array<char, 4096> block{};
    for (;;) {
        const auto got = ::read(fd, block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return util::secret_bytes(std::move(text));
        if (text.size() + static_cast<std::size_t>(got) > max_plugin_output) {
            util::wipe(text);
            return error(error_kind::other, "it printed more than 256 KiB");
        }
        text.append(block.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

result<plugin_result> run_plugin(const plugin_invocation& invocation) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(errno);
    const descriptor output(ends[0]);
    descriptor input(ends[1]);
    spawn_setup setup;
    setup.redirect_stdout(input.get());
    if (!invocation.inherit_stdin) setup.redirect_stdin_from_null();
    setup.reset_sigpipe();
    std::vector<std::string> words{invocation.command};
    words.insert(words.end(), invocation.arguments.begin(), invocation.arguments.end());
    auto variables = merged_environment(invocation.environment);
    auto arguments = pointers(words);
    auto environment = pointers(variables);
    pid_t pid = 0;
    if (const int code = setup.spawn(pid, arguments, environment); code != 0) return system_error(code);
    input.close();
    auto text = read_all(output.get());
    if (!text) ::kill(pid, SIGKILL);
    const int code = wait_for(pid);
    if (!text) return text.error();
    return plugin_result{code, *std::move(text)};
}

}  // namespace kube
