// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/token_source.hpp"

#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::token_source;
using namespace std::chrono_literals;

namespace {

util::secret_bytes secret(std::string_view text) {
    return util::secret_bytes::copy_of(text);
}

struct token_fixture {
    harness::temporary_folder folder;
    token_source::time_point now{};

    [[nodiscard]] token_source source(std::string_view token = "") const {
        return token_source(folder.path("token"), secret(token));
    }
};

}  // namespace

TEST_CASE("a token without a file never changes") {
    token_source source("", secret(" CANARY-1\n"));
    CHECK(source.get({}).reveal() == "CANARY-1");
    CHECK_FALSE(source.refresh({}, secret("CANARY-1")));
    CHECK(source.get({}).reveal() == "CANARY-1");
    CHECK(token_source("", {}).get({}).empty());
}

TEST_CASE("the token of a file is trimmed, and read again after 30 s") {
    token_fixture files;
    files.folder.write("token", "CANARY-1\n");
    auto source = files.source();
    CHECK(source.get(files.now).reveal() == "CANARY-1");
    files.folder.write("token", "\tCANARY-2 \r\n");
    CHECK(source.get(files.now + 30s - 1ns).reveal() == "CANARY-1");
    CHECK(source.get(files.now + 30s).reveal() == "CANARY-2");
}

TEST_CASE("a token that the kubelet replaces by swapping a link is read") {
    token_fixture files;
    files.folder.swap_data("..2024_01", "token", "CANARY-1");
    auto source = files.source();
    CHECK(source.get(files.now).reveal() == "CANARY-1");
    files.folder.swap_data("..2024_02", "token", "CANARY-2");
    CHECK(source.get(files.now + 31s).reveal() == "CANARY-2");
}

TEST_CASE("the last token stays while the file is empty or missing") {
    token_fixture files;
    files.folder.write("token", "CANARY-1");
    auto source = files.source();
    CHECK(source.get(files.now).reveal() == "CANARY-1");
    for (const auto* half_written : {"", " \n"}) {
        files.folder.write("token", half_written);
        files.now += 31s;
        CHECK(source.get(files.now).reveal() == "CANARY-1");
        CHECK_FALSE(source.refresh(files.now, secret("CANARY-1")));
    }
    std::filesystem::remove(files.folder.path("token"));
    CHECK(source.get(files.now + 31s).reveal() == "CANARY-1");
}

TEST_CASE("an inline token is used only until the file can be read") {
    token_fixture files;
    CHECK_FALSE(files.source().refresh(files.now, secret("CANARY-1")));
    auto source = files.source("CANARY-inline");
    CHECK(source.get(files.now).reveal() == "CANARY-inline");
    files.folder.write("token", "CANARY-file");
    CHECK(source.get(files.now + 31s).reveal() == "CANARY-file");
}

TEST_CASE("a rejected token is replaced at once if the file has another one") {
    token_fixture files;
    files.folder.write("token", "CANARY-1");
    auto source = files.source();
    CHECK(source.get(files.now).reveal() == "CANARY-1");
    CHECK_FALSE(source.refresh(files.now, secret("CANARY-1")));
    files.folder.write("token", "CANARY-2");
    CHECK(source.refresh(files.now, secret("CANARY-1")));
    // Another request was sent with the old token before this.
    CHECK(source.refresh(files.now, secret("CANARY-1")));
    CHECK_FALSE(source.refresh(files.now, secret("CANARY-2")));
    CHECK(source.get(files.now).reveal() == "CANARY-2");
}
