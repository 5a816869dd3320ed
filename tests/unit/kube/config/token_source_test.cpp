// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/token_source.hpp"

#include "kube/config/secret_file.hpp"
#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <string>

using kube::token_source;
using namespace std::chrono_literals;

namespace {

util::secret_bytes secret(std::string_view text) {
    return util::secret_bytes::copy_of(text);
}

struct token_stage {
    harness::temporary_folder folder;
    token_source::time_point now{};

    [[nodiscard]] token_source source(std::string_view token = "") const {
        return token_source(folder.path("token"), secret(token));
    }
};

}  // namespace

TEST_CASE("a token without a file is what it is") {
    token_source source("", secret(" CANARY-1\n"));
    CHECK(source.at({}).reveal() == "CANARY-1");
    CHECK_FALSE(source.renew({}, secret("CANARY-1")));
    CHECK(source.at({}).reveal() == "CANARY-1");
    CHECK(token_source("", {}).at({}).empty());
}

TEST_CASE("a file's token is trimmed, and read again after 30 s") {
    token_stage stage;
    stage.folder.write("token", "CANARY-1\n");
    auto source = stage.source();
    CHECK(source.at(stage.now).reveal() == "CANARY-1");
    stage.folder.write("token", "\tCANARY-2 \r\n");
    CHECK(source.at(stage.now + 30s - 1ns).reveal() == "CANARY-1");
    CHECK(source.at(stage.now + 30s).reveal() == "CANARY-2");
}

TEST_CASE("the kubelet's swap of a link is seen") {
    token_stage stage;
    stage.folder.swap_data("..2024_01", "token", "CANARY-1");
    auto source = stage.source();
    CHECK(source.at(stage.now).reveal() == "CANARY-1");
    stage.folder.swap_data("..2024_02", "token", "CANARY-2");
    CHECK(source.at(stage.now + 31s).reveal() == "CANARY-2");
}

TEST_CASE("an empty or missing file keeps the token that was read last") {
    token_stage stage;
    stage.folder.write("token", "CANARY-1");
    auto source = stage.source();
    CHECK(source.at(stage.now).reveal() == "CANARY-1");
    for (const auto* half_written : {"", " \n"}) {
        stage.folder.write("token", half_written);
        stage.now += 31s;
        CHECK(source.at(stage.now).reveal() == "CANARY-1");
        CHECK_FALSE(source.renew(stage.now, secret("CANARY-1")));
    }
    std::filesystem::remove(stage.folder.path("token"));
    CHECK(source.at(stage.now + 31s).reveal() == "CANARY-1");
}

TEST_CASE("the file comes before the token, which bridges the time until it can be read") {
    token_stage stage;
    auto source = stage.source("CANARY-inline");
    CHECK(source.at(stage.now).reveal() == "CANARY-inline");
    stage.folder.write("token", "CANARY-file");
    CHECK(source.at(stage.now + 31s).reveal() == "CANARY-file");
}

TEST_CASE("a refused token is replaced at once, if there is another") {
    token_stage stage;
    stage.folder.write("token", "CANARY-1");
    auto source = stage.source();
    CHECK(source.at(stage.now).reveal() == "CANARY-1");
    CHECK_FALSE(source.renew(stage.now, secret("CANARY-1")));
    stage.folder.write("token", "CANARY-2");
    CHECK(source.renew(stage.now, secret("CANARY-1")));
    // Another request left with the old one, before this was known.
    CHECK(source.renew(stage.now, secret("CANARY-1")));
    CHECK_FALSE(source.renew(stage.now, secret("CANARY-2")));
    CHECK(source.at(stage.now).reveal() == "CANARY-2");
}

TEST_CASE("a file that cannot be read is an error that names it") {
    const harness::temporary_folder folder;
    const auto missing = kube::read_file(folder.path("missing"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message == "cannot read " + folder.path("missing") + ": No such file or directory");
    CHECK_FALSE(kube::read_file(folder.path("")));  // a folder
    CHECK_FALSE(kube::read_file(folder.write("large", std::string(1'100'000, 'x'))));
    REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
    CHECK(kube::read_file(folder.path("pipe")).value().empty());  // and does not block
    const std::string bytes("a\0b\n", 4);
    CHECK(kube::read_file(folder.write("bytes", bytes)).value().reveal() == bytes);
    const std::string long_text(50'000, 'y');
    CHECK(kube::read_file(folder.write("long", long_text)).value().reveal() == long_text);
}
