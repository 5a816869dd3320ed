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

/// Is asked about each write of a Secret in one namespace. `failure_policy`: what happens if the server does
/// not answer in time.
json webhook_of(const std::string& name,
                const std::string& ns,
                const scripted_server& server,
                const certificate_authority& ca,
                const std::string& failure_policy,
                int timeout_seconds) {
    return {{"apiVersion", "admissionregistration.k8s.io/v1"},
            {"kind", "ValidatingWebhookConfiguration"},
            {"metadata", {{"name", name}}},
            {"webhooks",
             {{{"name", "silent.example.com"},
               {"clientConfig",
                {{"url", fmt::format("https://127.0.0.1:{}/", server.port())},
                 {"caBundle", to_base64(ca.certificate())}}},
               {"rules",
                {{{"apiGroups", {""}},
                  {"apiVersions", {"v1"}},
                  {"operations", {"CREATE", "UPDATE"}},
                  {"resources", {"secrets"}}}}},
               {"namespaceSelector", {{"matchLabels", {{"kubernetes.io/metadata.name", ns}}}}},
               {"failurePolicy", failure_policy},
               {"timeoutSeconds", timeout_seconds},
               {"sideEffects", "None"},
               {"admissionReviewVersions", {"v1"}}}}}};
}

void never_answer(scripted_session& session, int /*connection*/) {
    static_cast<void>(session.read_request());
    session.wait_until_closed();
}

bool has_request_of_controller(const scripted_server& webhook) {
    return std::ranges::any_of(webhook.requests(), [](const std::string& request) {
        return request.find("\"dryRun\":false") != std::string::npos;
    });
}

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "a webhook that never answers holds up the namespaces that it matches and no other, is "
                  "reported, and the Secret is created when the webhook is removed") {
    const certificate_authority ca;
    const scripted_server silent(ca.issue_for_loopback(), never_answer);
    const auto held = add_namespace("team-held");
    const auto good = add_namespace("team-good");
    const auto webhook = fmt::format("{}/{}", webhook_configurations, named("silent"));
    // Longer than the default of webhooks.
    api().create(webhook_configurations, webhook_of(named("silent"), held, silent, ca, "Fail", 15));
    delete_at_end(webhook);
    await_creates(api(), held, true);

    start();
    const auto source = add_source("quay", one_login("quay.io", "before"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team-*")}));
    eventually("the webhook has the controller's request",
               [&] { return has_request_of_controller(silent) ? "" : "other requests at most"; });
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

TEST_CASE_FIXTURE(scenario,
                  "a webhook that never answers and whose failures are ignored delays a Secret, and the "
                  "controller waits as long as the API server does") {
    const certificate_authority ca;
    const scripted_server silent(ca.issue_for_loopback(), never_answer);
    const auto slow = add_namespace("team-slow");
    const auto good = add_namespace("team-good");
    const auto webhook = fmt::format("{}/{}", webhook_configurations, named("silent"));
    api().create(webhook_configurations, webhook_of(named("silent"), slow, silent, ca, "Ignore", 10));
    delete_at_end(webhook);
    eventually("the API server asks the webhook", [&] {
        const auto probe = docker_config_secret("probe", one_login("quay.io", "probe"));
        static_cast<void>(api().send({.method = "POST",
                                      .path = secrets_in(slow) + "?dryRun=All&timeout=1s",
                                      .body = probe,
                                      .as = {}}));
        return silent.requests().empty() ? "no request" : "";
    });

    start();
    const auto before = mark();
    static_cast<void>(synced({slow, good}, "a"));
    CHECK(has_request_of_controller(silent));
    CHECK(secret_writes(before) == lines({"create " + good + "/regcred", "create " + slow + "/regcred"}));
    const auto records = requests_since(before);
    CHECK(std::ranges::none_of(records, [&](const audit_record& record) {
        return record.namespace_name == slow && record.resource == "secrets" && record.is_write() &&
               !record.accepted();
    }));
    api().remove(webhook);  // or the end of the scenario, which touches the Secret, would wait for it
}
