// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace harness {

/// A folder of its own, removed at the end.
class temporary_folder {
 public:
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "regcred-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

    /// Returns the path.
    std::string write(const std::string& name, std::string_view text) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream file(path_ / name, std::ios::binary | std::ios::trunc);
        file << text;
        if (!file.flush()) throw std::runtime_error("cannot write " + path(name));
        return path(name);
    }

    /// As the kubelet changes a projected volume: the files are links into `..data`, which is a link that is
    /// replaced in one step.
    void swap_data(const std::string& version, const std::string& name, std::string_view text) const {
        write(version + "/" + name, text);
        std::filesystem::create_directory_symlink(version, path_ / "..data_tmp");
        std::filesystem::rename(path_ / "..data_tmp", path_ / "..data");
        if (!std::filesystem::is_symlink(path_ / name)) {
            std::filesystem::create_symlink("..data/" + name, path_ / name);
        }
    }

 private:
    std::filesystem::path path_;
};

}  // namespace harness
