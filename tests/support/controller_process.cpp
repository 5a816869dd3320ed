// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/controller_process.hpp"

#include "support/eventually.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <sstream>
#include <stdexcept>

namespace harness {

namespace {

using nlohmann::json;

subprocess::options command_of(const controller_options& options) {
    subprocess::options command{.arguments = {options.binary.string(),
                                              "--kubeconfig=" + options.kubeconfig.string(),
                                              "--namespace=regcred-system",
                                              "--secret-names=" + options.secret_names,
                                              "--service-accounts=" + options.service_accounts,
                                              "--listen-address=127.0.0.1:0",
                                              "--log-level=debug"},
                                .environment = {"PATH=/usr/bin:/bin"},
                                .output = options.log,
                                .input = {}};
    const auto elects = [](const std::string& flag) { return flag.starts_with("--leader-elect="); };
    if (std::ranges::none_of(options.more_flags, elects))
        command.arguments.emplace_back("--leader-elect=false");
    command.arguments.insert(command.arguments.end(), options.more_flags.begin(), options.more_flags.end());
    return command;
}

}  // namespace

controller_process::controller_process(controller_options options)
    : options_(std::move(options)), program_(command_of(options_)) {
    eventually("the controller is ready", [this]() -> std::string {
        if (!running()) throw std::runtime_error("the controller ended at its start:\n" + log_text());
        if (port_ == 0) port_ = bound_port();
        if (port_ == 0) return "no \"listening\" in its log yet";
        const auto answer = get("/readyz");
        if (!answer) return "no answer from /readyz";
        return answer->status == 200 ? "" : "/readyz: " + answer->body;
    });
}

std::optional<exit_report> controller_process::stop(std::chrono::milliseconds limit) {
    program_.send_signal(SIGTERM);
    return program_.wait(limit);
}

void controller_process::kill() {
    program_.send_signal(SIGKILL);
    if (!program_.wait(patience)) throw timed_out("SIGKILL did not end the controller");
}

/// It takes a free port, and its log says which.
std::uint16_t controller_process::bound_port() const {
    std::istringstream lines(log_text());
    for (std::string line; std::getline(lines, line);) {
        const auto record = json::parse(line, nullptr, false);
        if (record.is_object() && record.value("msg", "") == "listening")
            return record.at("port").get<std::uint16_t>();
    }
    return 0;
}

}  // namespace harness
