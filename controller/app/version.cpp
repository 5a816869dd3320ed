// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/version.hpp"

#include <fmt/format.h>

#include <regcred_revision.hpp>
#include <string_view>

namespace {

using namespace std::string_view_literals;

constexpr auto commit = REGCRED_REVISION ""sv;

/// The processor as Kubernetes and container images name it.
#if defined(__x86_64__)
constexpr auto architecture = "amd64"sv;
#elif defined(__aarch64__)
constexpr auto architecture = "arm64"sv;
#else
constexpr auto architecture = "unknown"sv;
#endif

}  // namespace

std::string version() {
    return fmt::format(
        "{} (revision {})", REGCRED_VERSION, commit.empty() ? "unknown, built outside git" : commit);
}

std::string release() {
    return REGCRED_VERSION;
}

std::string revision() {
    return std::string(commit.empty() ? "unknown" : commit);
}

std::string user_agent(const std::string& program) {
    return fmt::format("{}/{} (linux/{}) {}", program, release(), architecture, revision());
}
