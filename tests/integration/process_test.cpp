// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "outage.hpp"
#include "scenario.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

using namespace harness;

// The program as the operating system and whoever watches its probes see it.

namespace {

plain_answer probe(const controller_process& process) {
    return process.get("/readyz").value_or(plain_answer{.status = 0, .body = "no answer"});
}

bool has_metric(const controller_process& process, const std::string& line) {
    const auto answer = process.get("/metrics");
    return answer && answer->body.find("\n" + line + "\n") != std::string::npos;
}

/// $0: a folder whose files take the place of those in /etc, and whose libraries come first.
constexpr auto enter_and_run =
    "for file in nsswitch.conf hosts resolv.conf; do mount --bind \"$0/$file\" \"/etc/$file\"; done; "
    "exec env LD_LIBRARY_PATH=\"$0\" \"$@\"";

/// A machine of another distribution: its name service switch asks a module of its own for host names, which
/// is made for another C library.
struct foreign_machine {
    foreign_machine() {
        files.write("nsswitch.conf", "hosts: foreign\n");
        files.write("hosts", "127.0.0.1 localhost known.example.com\n");
        files.write("resolv.conf", "nameserver 127.0.0.1\n");  // nobody answers there
        files.write("libnss_foreign.so.2", beginning_of_libc());
    }
    /// A module that cannot be used: whoever maps it and reads on ends with SIGBUS.
    static std::string beginning_of_libc() {
        for (const auto& entry : std::filesystem::directory_iterator("/lib")) {
            if (std::filesystem::exists(entry.path() / "libc.so.6"))
                return read_text(entry.path() / "libc.so.6").substr(0, 4096);
        }
        throw std::runtime_error("no libc.so.6 in a folder of /lib");
    }
    [[nodiscard]] command_output explain(const std::string& server) const {
        const auto kubeconfig = files.write(
            "kubeconfig",
            json{{"apiVersion", "v1"},
                 {"kind", "Config"},
                 {"clusters",
                  {{{"name", "c"}, {"cluster", {{"server", server}, {"insecure-skip-tls-verify", false}}}}}},
                 {"users", {{{"name", "u"}, {"user", {{"token", "t"}}}}}},
                 {"contexts", {{{"name", "x"}, {"context", {{"cluster", "c"}, {"user", "u"}}}}}},
                 {"current-context", "x"}}
                .dump());
        return run({"unshare",
                    "--mount",
                    "bash",
                    "-euc",
                    enter_and_run,
                    files.path(""),
                    REGCRED_CONTROLLER_BINARY,
                    "explain",
                    "pod",
                    "team/web",
                    "--kubeconfig=" + kubeconfig});
    }
    temporary_folder files;
};

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "a controller that loses the API server is not ready within a minute, and ready again when "
                  "it comes back") {
    expect_forbidden();  // until an API server that starts has read the roles
    start();
    const auto ns = add_namespace("team-a");
    const auto credential = synced({ns}, "a", {named("team-*")}).credential;
    CHECK(has_metric(controller(), "regcred_ready 1"));
    {
        const stopped_api_server gone;
        CHECK(probe(controller()).status == 200);  // it may only be restarted
        eventually(
            "/readyz says 503",
            [this] {
                const auto answer = probe(controller());
                return answer.status == 503 && answer.body.starts_with("not ready:\n") ? "" : answer.body;
            },
            std::chrono::seconds(60));
        CHECK(has_metric(controller(), "regcred_ready 0"));
        CHECK(controller().get("/healthz")->status == 200);  // to restart it would help nobody
    }
    eventually("/readyz says 200", [this] {
        const auto answer = probe(controller());
        return answer.status == 200 ? "" : answer.body;
    });
    CHECK(has_metric(controller(), "regcred_ready 1"));
    const auto late = add_namespace("team-late");
    await_copy(late, document_of(one_login("quay.io", "a")));
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(scenario, "SIGHUP does not end a controller, which goes on") {
    start();
    controller().send_signal(SIGHUP);
    const auto ns = add_namespace("team");
    synced({ns}, "a");
    CHECK(controller().running());
}

TEST_CASE_FIXTURE(scenario, "the first line of the log has the version with its revision") {
    start();
    const auto version = run_or_throw({REGCRED_CONTROLLER_BINARY, "--version"});
    const auto first = log_records().front();
    CHECK(first.at("msg") == "starting");
    CHECK("regcred-controller " + first.at("version").get<std::string>() + "\n" == version);
    CHECK(first.at("version").get<std::string>().find("(revision ") != std::string::npos);
}

TEST_CASE(
    "the program looks up host names itself, and loads no module of the machine's name service switch") {
    const foreign_machine machine;
    const auto known = machine.explain("https://known.example.com:1");
    CHECK_MESSAGE(known.code == 2, known.text);
    CHECK_MESSAGE(known.text.find("onnection refused") != std::string::npos, known.text);
    const auto unknown = machine.explain("https://unknown.example.com:1");
    CHECK_MESSAGE(unknown.code == 2, unknown.text);
    CHECK_MESSAGE(unknown.text.find("cannot resolve the name") != std::string::npos, unknown.text);
}
