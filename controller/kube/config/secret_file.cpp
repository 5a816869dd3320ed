// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/secret_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kube {

namespace {

constexpr std::size_t max_bytes = 1024U * 1024;
constexpr std::size_t block_bytes = 16U * 1024;

class open_file {
 public:
    // O_NONBLOCK: a path that leads to a pipe must not block the program.
    explicit open_file(const std::string& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~open_file() {
        if (fd_ >= 0) ::close(fd_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
    [[nodiscard]] ssize_t read(char* buffer, std::size_t bytes) const noexcept {
        return ::read(fd_, buffer, bytes);
    }

 private:
    int fd_;
};

error unreadable(const std::string& path, const std::string& reason) {
    return {error_kind::other, "cannot read " + path + ": " + reason};
}

error unreadable(const std::string& path, int code) {
    return unreadable(path, std::generic_category().message(code));
}

}  // namespace

result<util::secret_bytes> read_file(const std::string& path) {
    const open_file file(path);
    if (!file.is_open()) return unreadable(path, errno);
    std::string text;
    for (;;) {
        const auto size = text.size();
        util::reserve_wiping(text, size + block_bytes);
        text.resize(size + block_bytes);
        const auto got = file.read(text.data() + size, block_bytes);
        const int code = errno;
        text.resize(size + static_cast<std::size_t>(got > 0 ? got : 0));
        if (got == 0) return util::secret_bytes(std::move(text));
        const bool interrupted = got < 0 && code == EINTR;
        if (got < 0 && !interrupted) {
            util::wipe(text);
            return unreadable(path, code);
        }
        if (text.size() > max_bytes) {
            util::wipe(text);
            return unreadable(path, "it is larger than 1 MiB");
        }
    }
}

}  // namespace kube
