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

error failed(int code) {
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

/// Redirections and signals of a process to be.
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

    void put_stdout(int into) { posix_spawn_file_actions_adddup2(&files_, into, STDOUT_FILENO); }
    void no_stdin() { posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0); }
    /// This process ignores it, and a program that is run would go on doing so.
    void default_sigpipe() {
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

/// NAME=value: this process's, but for the names that are given.
std::vector<std::string> whole_environment(const std::map<std::string, std::string>& given) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (!given.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
    }
    for (const auto& [name, value] : given)
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

/// All that comes; an error when it is too much.
result<util::secret_bytes> read_all(int from) {
    std::string text;
    util::reserve_wiping(text, most_plugin_output + 1);
    std::array<char, 4096> block{};
    for (;;) {
        const auto got = ::read(from, block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return util::secret_bytes(std::move(text));
        if (text.size() + static_cast<std::size_t>(got) > most_plugin_output) {
            util::wipe(text);
            return error(error_kind::other, "it prints too much");
        }
        text.append(block.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

result<plugin_end> run_plugin(const plugin_call& what) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed(errno);
    const descriptor output(ends[0]);
    descriptor input(ends[1]);
    spawn_setup setup;
    setup.put_stdout(input.get());
    if (!what.has_input) setup.no_stdin();
    setup.default_sigpipe();
    std::vector<std::string> words{what.command};
    words.insert(words.end(), what.arguments.begin(), what.arguments.end());
    auto variables = whole_environment(what.environment);
    auto arguments = pointers(words);
    auto environment = pointers(variables);
    pid_t pid = 0;
    if (const int code = setup.spawn(pid, arguments, environment); code != 0) return failed(code);
    input.close();
    auto text = read_all(output.get());
    if (!text) ::kill(pid, SIGKILL);
    const int code = wait_for(pid);
    if (!text) return text.error();
    return plugin_end{code, *std::move(text)};
}

}  // namespace kube
