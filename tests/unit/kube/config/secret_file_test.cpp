// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/secret_file.hpp"

#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <string>

using kube::read_file;

TEST_CASE("a file is read whole, and an error names its path") {
    const harness::temporary_folder folder;
    const auto missing = read_file(folder.path("missing"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message == "cannot read " + folder.path("missing") + ": No such file or directory");
    CHECK_FALSE(read_file(folder.path("")));  // a directory
    constexpr std::size_t mebibyte = 1024U * 1024;
    CHECK(read_file(folder.write("large", std::string(mebibyte, 'x'))));
    CHECK_FALSE(read_file(folder.write("large", std::string(mebibyte + 1, 'x'))));
    REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
    CHECK(read_file(folder.path("pipe")).value().empty());  // does not block
    const std::string bytes("a\0b\n", 4);
    CHECK(read_file(folder.write("bytes", bytes)).value().reveal() == bytes);
    const std::string long_text(50'000, 'y');
    CHECK(read_file(folder.write("long", long_text)).value().reveal() == long_text);
}
