// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// "0.1.0 (revision 0123456789ab)". The revision ends in "-modified" if files differ from the commit, and is
/// "unknown, built outside git" for sources that are no git repository.
[[nodiscard]] std::string version();
/// Its two parts: "0.1.0", and "0123456789ab" or "unknown".
[[nodiscard]] std::string release();
[[nodiscard]] std::string revision();

/// What requests of PROGRAM say in the header User-Agent: "PROGRAM/0.1.0 (linux/amd64) 0123456789ab".
[[nodiscard]] std::string user_agent(const std::string& program);
