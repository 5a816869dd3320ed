// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/client_metrics.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

kube::client_observer observe_client(const runtime::logger& log, runtime::metrics_registry& metrics) {
    auto& refusals = metrics.counters("regcred_credential_refusals_total",
                                      "Refusals of the controller's own certificates and token.",
                                      {"credential"});
    auto& reloads = metrics.counters("regcred_credential_reloads_total",
                                     "How often the controller's own certificates or token had changed.",
                                     {"credential"});
    for (const char* credential : {"certificates", "token"}) {
        refusals.with({credential});
        reloads.with({credential});
    }
    auto& warnings = metrics.counters("regcred_api_warnings_total", "Different warnings of the API server.");
    auto& requests = metrics.histograms(
        "regcred_api_request_duration_seconds",
        "Requests to the API server until their response; code is the HTTP status, 0 without a response.",
        {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
        {"verb", "resource", "code"});
    return {.refused =
                [&](std::string_view credential, const std::string& message) {
                    refusals.with({std::string(credential)}).add();
                    log.error("controller's credentials refused",
                              {{"credential", credential}, {"error", message}});
                },
            .warned =
                [&](const std::string& text) {
                    warnings.with({}).add();
                    log.warn("API server warning", {{"warning", text}});
                },
            .reloaded =
                [&](std::string_view credential) {
                    reloads.with({std::string(credential)}).add();
                    log.debug("read changed credentials", {{"credential", credential}});
                },
            .ended =
                [&](const kube::request_record& request) {
                    requests
                        .with({std::string(request.verb),
                               std::string(request.resource),
                               fmt::format("{}", request.http_status)})
                        .observe(request.duration);
                }};
}
