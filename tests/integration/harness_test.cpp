// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"
#include "support/audit_log.hpp"
#include "support/base64.hpp"
#include "support/canary.hpp"
#include "support/eventually.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace harness;

// The tools that the other tests trust. No cluster is needed here.

TEST_CASE("find_canary finds a credential in plain text and in base64") {
    const auto who = canary_login("x");
    CHECK_FALSE(find_canary(who.password).empty());
    CHECK_FALSE(find_canary(who.username).empty());
    CHECK_FALSE(find_canary(who.email).empty());
    for (const std::string before : {"", "a", "ab", "abc"}) {
        const auto once = to_base64(before + std::string(canary) + "rest");
        CHECK_FALSE(find_canary("... " + once + " ...").empty());
        for (const std::string outer : {"", "1", "12"})
            CHECK_FALSE(find_canary(to_base64(outer + once + "rest")).empty());
    }
    CHECK_FALSE(find_canary(to_base64(document_of(one_login("quay.io", "x")))).empty());
    CHECK(find_canary("").empty());
    CHECK(find_canary("CANARY-another").empty());
    CHECK(find_canary(to_base64("a text of no interest")).empty());
}

TEST_CASE("from_base64 reads what to_base64 wrote, for every length") {
    std::string bytes;
    for (int i = 0; i < 10; ++i) {
        CHECK(from_base64(to_base64(bytes)) == bytes);
        bytes += static_cast<char>(250 + i);
    }
    CHECK(to_base64("dTpw?") == "ZFRwdz8=");
    CHECK_THROWS_AS(static_cast<void>(from_base64("a?==")), std::invalid_argument);
}

TEST_CASE(
    "audit_log gives the requests of one user since its construction, whatever the split of the lines") {
    const temporary_folder folder;
    const std::filesystem::path file = folder.path("audit.log");
    std::ofstream out(file, std::ios::trunc);
    const auto line = [](const std::string& user,
                         const std::string& stage,
                         const std::string& verb,
                         const std::string& name) {
        return json{{"stage", stage},
                    {"verb", verb},
                    {"user", {{"username", user}}},
                    {"objectRef", {{"resource", "secrets"}, {"namespace", "ns"}, {"name", name}}},
                    {"requestURI", "/uri"},
                    {"requestReceivedTimestamp", "2026-01-01T00:00:00.000001Z"},
                    {"responseStatus", {{"code", 201}}}}
                   .dump() +
               "\n";
    };
    out << line("me", "ResponseComplete", "create", "before") << std::flush;
    audit_log log(file, "me");
    CHECK(log.records().empty());

    const auto whole = line("me", "ResponseComplete", "create", "first");
    out << line("other", "ResponseComplete", "create", "theirs") << whole.substr(0, 20) << std::flush;
    CHECK(log.records().empty());
    out << whole.substr(20) << line("me", "ResponseStarted", "watch", "w") << std::flush;
    out << line("me", "ResponseComplete", "watch", "w") << std::flush;
    REQUIRE(log.records().size() == 2);
    const auto& record = log.records().front();
    CHECK(record.verb == "create");
    CHECK(record.namespace_name == "ns");
    CHECK(record.name == "first");
    CHECK(record.code == 201);
    CHECK(record.is_write());
    CHECK(record.accepted());
    CHECK(log.records().back().verb == "watch");
    CHECK(log.since(1).size() == 1);
}

TEST_CASE("eventually throws timed_out with the condition and what was seen last") {
    try {
        eventually("the impossible", [] { return "nothing"; }, std::chrono::milliseconds(1));
        FAIL("it came about");
    } catch (const timed_out& e) {
        const std::string text = e.what();
        CHECK(text.find("the impossible") != std::string::npos);
        CHECK(text.find("last seen: nothing") != std::string::npos);
    }
}

TEST_CASE("run returns the exit code or signal of a program, and its output") {
    CHECK(run({"sh", "-c", "echo out; echo err >&2; exit 3"}).code == 3);
    CHECK(run({"sh", "-c", "echo out; echo err >&2"}).text == "out\nerr\n");
    CHECK(run({"cat"}, "input").text == "input");
    CHECK(run({"sh", "-c", "kill -KILL $$"}).code == 128 + SIGKILL);
    CHECK(run({"/no/such/program"}).code == 127);
    CHECK_THROWS_AS(run_or_throw({"false"}), std::runtime_error);
}
