// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_certificates.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

using namespace harness;

// /metrics with TLS, for clients that RBAC allows to read it: deploy/secure-metrics.

namespace {

struct secured : scenario {
    secured() {
        const auto component = std::string(REGCRED_REPOSITORY "/deploy/secure-metrics/");
        run_or_throw({"kubectl", "apply", "-f", component + "rbac.yaml", "-f", component + "reader.yaml"});
    }
    ~secured() {
        const auto component = std::string(REGCRED_REPOSITORY "/deploy/secure-metrics/");
        static_cast<void>(
            run({"kubectl", "delete", "-f", component + "rbac.yaml", "-f", component + "reader.yaml"}));
    }
    secured(const secured&) = delete;
    secured& operator=(const secured&) = delete;

    /// A certificate for this machine, of a new authority that curl trusts.
    void show_new_certificate() {
        const certificate_authority ca;
        const auto identity = ca.issue_for_loopback();
        folder.write("ca.crt", ca.certificate());
        folder.write("tls.key", identity.key);
        folder.write("tls.crt", identity.certificate);
    }
    [[nodiscard]] std::vector<std::string> flags() const {
        return {"--metrics-listen-address=127.0.0.1:0",
                "--metrics-tls-cert-file=" + folder.path("tls.crt"),
                "--metrics-tls-private-key-file=" + folder.path("tls.key")};
    }
    [[nodiscard]] int port() const {
        for (const auto& record : log_records()) {
            if (record["msg"] == "serving /metrics with TLS") return record["port"].get<int>();
        }
        return 0;
    }
    /// "200", or what curl says instead; the page is in `page`.
    std::string status_for(const std::string& token, const std::string& path = "/metrics") {
        folder.write("header", token.empty() ? "Accept: text/plain" : "Authorization: Bearer " + token);
        const auto answer = run({"curl",
                                 "--silent",
                                 "--show-error",
                                 "--cacert",
                                 folder.path("ca.crt"),
                                 "--header",
                                 "@" + folder.path("header"),
                                 "--output",
                                 folder.path("page"),
                                 "--write-out",
                                 "%{http_code}",
                                 fmt::format("https://127.0.0.1:{}{}", port(), path)});
        return answer.text;
    }
    std::string token_of(const std::string& account) {
        return api()
            .create(account_path(own_namespace, account) + "/token",
                    {{"apiVersion", "authentication.k8s.io/v1"},
                     {"kind", "TokenRequest"},
                     {"spec", json::object()}})
            .at("status")
            .at("token")
            .get<std::string>();
    }

    temporary_folder folder;
};

}  // namespace

TEST_CASE_FIXTURE(secured,
                  "/metrics with TLS is for clients that may get it, and its certificate can be rotated") {
    show_new_certificate();
    start("regcred", "default", flags());
    REQUIRE(port() != 0);
    eventually("the reader may read", [&] {
        const auto seen = status_for(token_of("regcred-metrics-reader"));
        return seen == "200" ? "" : seen;
    });
    const auto page = read_text(folder.path("page"));
    CHECK(page.find("\nregcred_ready 1\n") != std::string::npos);
    CHECK(status_for("") == "401");
    CHECK(status_for("CANARY.not-a.token") == "401");
    CHECK(status_for(token_of("default")) == "403");
    CHECK(status_for(token_of("regcred-metrics-reader"), "/readyz") == "404");

    CHECK(controller().get("/metrics")->status == 404);
    CHECK(controller().get("/readyz")->status == 200);
    CHECK(controller().get("/healthz")->status == 200);

    show_new_certificate();
    eventually("the new certificate is shown", [&] {
        const auto seen = status_for(token_of("regcred-metrics-reader"));
        return seen == "200" ? "" : seen;
    });
    CHECK(read_text(folder.path("page")).find("\nregcred_metrics_certificate_reloads_total 1\n") !=
          std::string::npos);
    stop();
    start();  // the end of each scenario reads the plain /metrics
}

TEST_CASE_FIXTURE(secured, "without the right to ask for reviews nobody may read, and the log says why") {
    show_new_certificate();
    run_or_throw({"kubectl", "delete", "clusterrolebinding", "regcred-controller-metrics-access"});
    expect_forbidden();
    start("regcred", "default", flags());
    eventually("the reader gets 503", [&] {
        const auto seen = status_for(token_of("regcred-metrics-reader"));
        return seen == "503" ? "" : seen;
    });
    const auto text = controller().log_text();
    CHECK(text.find("cannot check who may read /metrics") != std::string::npos);
    CHECK(text.find("tokenreviews.authentication.k8s.io is forbidden") != std::string::npos);
    stop();
    start();
}
