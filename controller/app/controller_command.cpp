// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/controller_command.hpp"

#include "api/v1alpha1/registry_credential.hpp"
#include "app/config.hpp"
#include "app/controller_process.hpp"
#include "app/version.hpp"
#include "kube/config/connection_config.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace {

constexpr int usage_error = 2;

kube::result<kube::connection_config> connection_of(const config& options) {
    const auto path = kubeconfig_path(options, [](const char* name) { return std::getenv(name); });
    auto server =
        path ? kube::kubeconfig(
                   *path, {.context = {}, .allow_exec = false, .single_file = !options.kubeconfig.empty()})
             : kube::in_cluster_config();
    if (!server) return server.error();
    server->field_manager = v1alpha1::field_manager;
    server->user_agent = user_agent("regcred-controller");
    return server;
}

int fail(const std::string& message) {
    fmt::print(stderr, "regcred-controller: {}\n", message);
    return usage_error;
}

}  // namespace

int controller_command(int argc, const char* const* argv) {
    auto parsed = parse_command_line(argc, argv);
    if (const auto* end = std::get_if<exit_now>(&parsed)) {
        fmt::print(end->code == 0 ? stdout : stderr, "{}", end->text);
        return end->code;
    }
    auto& options = std::get<config>(parsed);
    auto server = connection_of(options);
    if (!server) return fail(kube::public_message(server.error()));
    // The same files once more: leader election has a client of its own.
    auto lease_server = connection_of(options);
    if (!lease_server) return fail(kube::public_message(lease_server.error()));
    if (options.namespace_name.empty()) options.namespace_name = server->namespace_name;
    if (options.namespace_name.empty())
        return fail("--namespace is missing: give the namespace of the source Secrets");
    return controller_process(options, *std::move(server), *std::move(lease_server)).run();
}
