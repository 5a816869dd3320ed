// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"
#include "scenario.hpp"
#include "support/base64.hpp"
#include "support/scripted_server.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

using namespace harness;

namespace {

constexpr auto webhook_configurations =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/// Refuses each write of a Secret in one namespace that the server does not answer within 15 s: longer than
/// the default of webhooks.
json webhook_of(const std::string& name, const std::string& ns, int port, const std::string& ca) {
    return {{"apiVersion", "admissionregistration.k8s.io/v1"},
            {"kind", "ValidatingWebhookConfiguration"},
            {"metadata", {{"name", name}}},
            {"webhooks",
             {{{"name", "silent.example.com"},
               {"clientConfig",
                {{"url", fmt::format("https://127.0.0.1:{}/", port)}, {"caBundle", to_base64(ca)}}},
               {"rules",
                {{{"apiGroups", {""}},
                  {"apiVersions", {"v1"}},
                  {"operations", {"CREATE", "UPDATE"}},
                  {"resources", {"secrets"}}}}},
               {"namespaceSelector", {{"matchLabels", {{"kubernetes.io/metadata.name", ns}}}}},
               {"failurePolicy", "Fail"},
               {"timeoutSeconds", 15},
               {"sideEffects", "None"},
               {"admissionReviewVersions", {"v1"}}}}}};
}

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "a webhook that never answers holds up the namespaces that it matches and no other, is "
                  "reported, and the Secret is created when the webhook is removed") {
    const certificate_authority ca;
    const scripted_server silent(ca.issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.wait_until_closed();
    });
    const auto held = add_namespace("team-held");
    const auto good = add_namespace("team-good");
    const auto webhook = fmt::format("{}/{}", webhook_configurations, named("silent"));
    api().create(webhook_configurations, webhook_of(named("silent"), held, silent.port(), ca.certificate()));
    delete_at_end(webhook);
    await_creates(api(), held, true);

    start();
    const auto source = add_source("quay", one_login("quay.io", "before"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team-*")}));
    eventually("the webhook has the controller's request", [&] {
        const auto requests = silent.requests();
        const bool asked = std::ranges::any_of(requests, [](const std::string& request) {
            return request.find("\"dryRun\":false") != std::string::npos;
        });
        return asked ? "" : fmt::format("{} other requests", requests.size());
    });
    await_copy(good, document_of(one_login("quay.io", "before")));
    change_source(source, one_login("quay.io", "after"));
    const auto late = add_namespace("team-late");
    await_copies({good, late}, document_of(one_login("quay.io", "after")));
    CHECK_FALSE(api().find(secret_path(held)));

    const auto object = await_condition(credential, "Synced", "False", "Denied", "2/3");
    const auto failure = only_failure(object);
    CHECK(failure["namespace"] == held);
    const auto message = failure["message"].get<std::string>();
    CAPTURE(message);
    CHECK(message.find("not created: ") != std::string::npos);
    CHECK(message.find("silent.example.com") != std::string::npos);
    CHECK(message.find("repair or remove that admission webhook") != std::string::npos);
    CHECK(controller().get("/readyz")->status == 200);

    api().remove(webhook);
    await_copy(held, document_of(one_login("quay.io", "after")));
    await_ready(credential, "3/3");
}
