// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_server.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace asio = boost::asio;

net::server_response metrics_page(const runtime::metrics_registry& metrics, std::string_view accept) {
    const auto format = runtime::format_for(accept);
    return {.status = 200,
            .content_type = std::string(runtime::content_type_of(format)),
            .body = metrics.text(format)};
}

std::optional<net::server_response> refusal_of(access_verdict answer) {
    switch (answer) {
        case access_verdict::allowed:
            return std::nullopt;
        case access_verdict::unauthenticated:
            return net::server_response{.status = 401, .body = "send the token of a ServiceAccount\n"};
        case access_verdict::forbidden:
            return net::server_response{.status = 403,
                                        .body = "RBAC does not allow this user to get the path /metrics\n"};
        case access_verdict::too_many:
            return net::server_response{.status = 429, .body = "too many unknown tokens; try again\n"};
        case access_verdict::unknown:
            break;
    }
    return net::server_response{.status = 503,
                                .body = "the API server cannot say who may read this; see the log\n"};
}

metrics_server::metrics_server(const asio::any_io_executor& executor,
                               kube::client& client,
                               const runtime::logger& log,
                               runtime::metrics_registry& metrics,
                               const secure_metrics& settings)
    : settings_(settings),
      log_(log),
      metrics_(metrics),
      reloads_(metrics
                   .counters("regcred_metrics_certificate_reloads_total",
                             "How often the certificate of /metrics had changed and is used from then on.")
                   .with({})),
      certificate_(settings.certificate_file, settings.key_file),
      access_(client, log),
      server_(executor, [this](net::server_request request) { return respond(std::move(request)); }) {
    server_.use_tls([this] { return certificate(); });
}

kube::result<void> metrics_server::listen() {
    if (auto loaded = certificate_.load(); !loaded) return loaded.error();
    const auto bound = server_.listen(settings_.host, settings_.port);
    if (!bound) return kube::error(kube::error_kind::other, bound.error().what);
    return {};
}

std::optional<net::tls_server_context> metrics_server::certificate() {
    const auto known = certificate_.fault();
    if (certificate_.poll(std::chrono::steady_clock::now())) reloads_.add();
    const auto& fault = certificate_.fault();
    if (!fault.empty() && fault != known)
        log_.error("certificate of /metrics not usable; the last one stays", {{"error", fault}});
    return certificate_.current();
}

asio::awaitable<net::server_response> metrics_server::respond(net::server_request request) {
    if (request.path != "/metrics") co_return net::server_response{.status = 404, .body = "try /metrics\n"};
    const auto answer = co_await access_.check(std::move(request.authorization));
    if (auto refused = refusal_of(answer)) co_return *std::move(refused);
    co_return metrics_page(metrics_, request.accept);
}
