// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/admission_checker.hpp"

#include "support/log_capture.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using wire::in_turn;

const std::string own = "/api/v1/namespaces/regcred-system/";
const std::string secret_trial = "PATCH " + own + "secrets/regcred-dry-run";
const std::string account_trial = "PATCH " + own + "serviceaccounts/default";

std::string denied(const std::string& rule) {
    auto status = wire::status(422, "Invalid", "secrets");
    status["message"] =
        "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: regcred-controller may " + rule;
    return harness::http_answer(422, status.dump());
}

const std::string wrong_type = denied("only write Secrets of type kubernetes.io/dockerconfigjson");
const std::string finalizers = denied("not change the finalizers of a Secret");
const std::string protected_namespace = denied("not write Secrets in regcred-system: it is");
const std::string other_name = denied("only write Secrets named regcred, not other");
const std::string stored_account = wire::ok({{"apiVersion", "v1"},
                                             {"kind", "ServiceAccount"},
                                             {"metadata", wire::metadata("default", "7", "regcred-system")}});
const std::string admitted = wire::created(wire::secret("regcred-system", ""));

/// For as many rounds as it takes until a policy that is not enforced counts as that.
lines repeated(const lines& round) {
    lines all;
    for (int n = 0; n < 3; ++n)
        all.insert(all.end(), round.begin(), round.end());
    return all;
}

struct fixture : build::cluster_fixture {
    explicit fixture(std::vector<std::string> responses, bool required = false, lines secret_names = {})
        : stage(in_turn(std::move(responses))),
          checker(stage.io.get_executor(),
                  *stage.client,
                  queues,
                  log,
                  {.own_namespace = "regcred-system",
                   .required = required,
                   .secret_names = std::move(secret_names),
                   .service_account = [this] { return account; },
                   .checked = [] {},
                   .changed = [this] { ++changes; }}) {}
    void rounds(int count = 1) {
        for (int round = 0; round < count; ++round)
            stage.run(checker.check());
    }

    static constexpr int rounds_to_confirm = 3;

    std::optional<std::string> account;
    int changes = 0;
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    api_fixture stage;
    reconcile::admission_checker checker;
};

}  // namespace

TEST_CASE("a round tries a token Secret and a finalizer by dry run, in the controller's own namespace") {
    fixture f({wrong_type, finalizers});
    f.rounds();
    CHECK(wire::request_lines(f.stage) == lines{secret_trial, secret_trial});
    for (const auto& request : f.stage.server.requests())
        CHECK(request.find("?dryRun=All") != std::string::npos);
    const auto token = wire::json_body_of(f.stage.server.requests()[0]);
    CHECK(token["type"] == "kubernetes.io/service-account-token");
    CHECK(token["metadata"]["resourceVersion"] == "1");
    CHECK(wire::json_body_of(f.stage.server.requests()[1])["metadata"]["finalizers"].size() == 1);
    CHECK(f.checker.enforced());
    CHECK(f.changes == 1);
    CHECK(f.checker.problem(true).reason.empty());
    CHECK(f.log_lines.count("admission policy enforced") == 1);
}

TEST_CASE("one request that is admitted means that the policy is not enforced") {
    for (const auto& responses : {lines{admitted, finalizers}, lines{wrong_type, admitted}}) {
        fixture f(repeated(responses));
        f.rounds(fixture::rounds_to_confirm - 1);
        CHECK(f.checker.problem(false).reason.empty());
        CHECK(f.changes == 0);
        f.rounds();
        CHECK_FALSE(f.checker.enforced());
        CHECK(f.checker.problem(false).reason == reconcile::reasons::policy_not_enforced);
        CHECK_FALSE(f.checker.blocks_secrets());
        CHECK_FALSE(f.checker.holds_secret(build::here));
        CHECK(f.changes == 1);
        CHECK(f.log_lines.count("admission policy not enforced") == 1);
    }
}

TEST_CASE("ServiceAccounts are tried once a RegistryCredential asks for them, with a problem of their own") {
    fixture f(repeated({wrong_type, finalizers, stored_account}));
    f.account = "default";
    f.rounds();
    CHECK(wire::request_lines(f.stage) == lines{secret_trial, secret_trial, account_trial});
    CHECK(f.stage.last_request().find("?dryRun=All") != std::string::npos);
    f.rounds(fixture::rounds_to_confirm - 1);
    CHECK_FALSE(f.checker.enforced());
    CHECK(f.checker.problem(false).reason.empty());
    CHECK(f.checker.problem(true).message.find("ServiceAccounts") != std::string::npos);
}

TEST_CASE(
    "each Secret name is tried until the policy is known to allow it, and one that it does not is logged "
    "once") {
    fixture f({wrong_type,
               finalizers,
               other_name,
               protected_namespace,
               wrong_type,
               finalizers,
               other_name,
               wrong_type,
               finalizers,
               protected_namespace,
               wrong_type,
               finalizers},
              false,
              {"regcred", "other"});
    f.rounds();
    CHECK(wire::request_lines(f.stage) == lines{secret_trial,
                                                secret_trial,
                                                "PATCH " + own + "secrets/other",
                                                "PATCH " + own + "secrets/regcred"});
    for (const auto& request : f.stage.server.requests())
        CHECK(request.find("?dryRun=All") != std::string::npos);
    CHECK(f.log_lines.count("Secret name not allowed by the admission policy") == 1);
    CHECK(f.log_lines.count("add other to allowedNames in the three policies") == 1);
    CHECK(f.log_lines.count("or remove it from --secret-names") == 1);
    f.rounds();
    CHECK(f.log_lines.count("Secret name not allowed by the admission policy") == 1);
    f.rounds(2);
    CHECK(f.stage.server.requests().size() == 12);
}

TEST_CASE("no Secret name is tried while the policy is not known to be enforced") {
    fixture f(repeated({admitted, finalizers}), false, {"regcred"});
    f.rounds(fixture::rounds_to_confirm);
    CHECK(f.stage.server.requests().size() == 6);
    CHECK(f.log_lines.count("Secret name") == 0);
}

TEST_CASE("a required policy holds Secrets until it is enforced, and then queues them") {
    fixture f({wrong_type, finalizers}, true);
    CHECK_FALSE(f.checker.may_begin());
    CHECK(f.checker.blocks_secrets());
    CHECK(f.checker.holds_secret(build::here));
    f.clear_queues();
    f.rounds();
    CHECK(f.checker.may_begin());
    CHECK_FALSE(f.checker.blocks_secrets());
    CHECK_FALSE(f.checker.holds_secret(build::here));
    CHECK(f.secrets().contains(build::here));
    CHECK(f.checker.holds_service_account({.namespace_name = "team-a", .name = "default"}));
}

TEST_CASE("a required policy holds Secrets while it is not enforced or not known to be") {
    for (const auto& responses : {lines{admitted, finalizers}, lines{}}) {
        fixture f(repeated(responses), true);
        f.rounds();
        CHECK(f.checker.may_begin());
        CHECK(f.checker.blocks_secrets());
        CHECK(f.checker.holds_secret(build::here));
        CHECK_FALSE(f.checker.problem(false).reason.empty());
        CHECK_FALSE(f.checker.enforced());
        f.rounds(fixture::rounds_to_confirm - 1);
        CHECK(f.checker.holds_secret(build::here));
        CHECK_FALSE(f.checker.problem(false).reason.empty());
    }
}
