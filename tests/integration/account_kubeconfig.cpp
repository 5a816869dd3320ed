// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "account_kubeconfig.hpp"

#include "kube/config/connection_config.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

namespace harness {

namespace {

void write_file(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace

std::filesystem::path write_account_kubeconfig(admin& api,
                                               const std::string& namespace_name,
                                               const std::string& account,
                                               const std::filesystem::path& folder,
                                               const std::string& name) {
    const auto request =
        api.create(fmt::format("/api/v1/namespaces/{}/serviceaccounts/{}/token", namespace_name, account),
                   {{"apiVersion", "authentication.k8s.io/v1"},
                    {"kind", "TokenRequest"},
                    {"spec", {{"expirationSeconds", 6 * 3600}}}});
    const auto token_file = folder / (name + ".token");
    write_file(token_file, request.at("status").at("token").get<std::string>());
    const auto& connection = api.connection();
    json server = {{"server", "https://" + connection.server.authority()}};
    if (connection.ca_data.empty()) {
        server["certificate-authority"] = connection.ca_file;
    } else {
        const auto ca_file = folder / (name + ".ca.crt");
        write_file(ca_file, connection.ca_data);
        server["certificate-authority"] = ca_file.string();
    }
    const json kubeconfig = {
        {"apiVersion", "v1"},
        {"kind", "Config"},
        {"current-context", "test"},
        {"clusters", json::array({{{"name", "test"}, {"cluster", server}}})},
        {"users", json::array({{{"name", account}, {"user", {{"tokenFile", token_file.string()}}}}})},
        {"contexts",
         json::array({{{"name", "test"}, {"context", {{"cluster", "test"}, {"user", account}}}}})}};
    auto file = folder / (name + ".kubeconfig");
    write_file(file, kubeconfig.dump(2));
    return file;
}

}  // namespace harness
