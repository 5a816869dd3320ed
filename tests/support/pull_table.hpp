// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace harness {

/// tests/support/data/pulls.txt, which says what it means.

inline constexpr auto right_password = "CANARY-3xK9vTq7Lw2Zp-right";
inline constexpr auto wrong_password = "CANARY-3xK9vTq7Lw2Zp-wrong";

struct table_secret {
    std::string type;      // as in the Secret
    std::string key;       // of its data
    std::string document;  // with the passwords in it
};

struct table_pull {
    int line = 0;
    std::string image;
    std::vector<std::string> secrets;   // names, in the order of the Pod
    std::vector<std::string> expected;  // one of these: "alice bob!", "anonymous", "fails", "invalid-image"
};

struct pull_table {
    std::map<std::string, table_secret> secrets;
    std::vector<table_pull> pulls;
};

/// Throws std::runtime_error with the line that is not understood.
[[nodiscard]] pull_table read_pull_table(const std::string& file);

/// How the table writes one credential.
[[nodiscard]] std::string table_user(const std::string& username, const std::string& password);

}  // namespace harness
