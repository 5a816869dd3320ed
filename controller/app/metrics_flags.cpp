// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_flags.hpp"

#include "app/flag_values.hpp"

#include <CLI/CLI.hpp>

void add_metrics_options(CLI::App& app, std::string& address, config& result) {
    auto& metrics = result.metrics;
    app.add_option("--metrics-listen-address",
                   address,
                   "Serve /metrics here, with TLS, to clients whose token RBAC allows\n"
                   "to get it, and no longer on --listen-address")
        ->option_text("ADDRESS:PORT")
        ->envname("REGCRED_METRICS_LISTEN_ADDRESS")
        ->check(CLI::Validator(
            [&metrics](const std::string& text) { return read_address(text, metrics.host, metrics.port); },
            "ADDRESS:PORT"));
    app.add_option("--metrics-tls-cert-file",
                   metrics.certificate_file,
                   "The certificate for it, with its chain; read again if it changes")
        ->option_text("FILE")
        ->envname("REGCRED_METRICS_TLS_CERT_FILE");
    app.add_option("--metrics-tls-private-key-file", metrics.key_file, "Its private key")
        ->option_text("FILE")
        ->envname("REGCRED_METRICS_TLS_PRIVATE_KEY_FILE");
}

std::string fault_of(const secure_metrics& settings) {
    const bool has_files = !settings.certificate_file.empty() && !settings.key_file.empty();
    const bool has_a_file = !settings.certificate_file.empty() || !settings.key_file.empty();
    if (settings.enabled() ? has_files : !has_a_file) return {};
    return "give --metrics-listen-address, --metrics-tls-cert-file and --metrics-tls-private-key-file, or "
           "none of them";
}
