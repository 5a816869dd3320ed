// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/admission_checker.hpp"

#include "kube/api/secret.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

/// When to look again whether a RegistryCredential asks for ServiceAccounts.
constexpr std::chrono::seconds look_again{30};

runtime::time_point now() {
    return std::chrono::steady_clock::now();
}

/// A Secret that would give the controller the token of a ServiceAccount.
kube::secret token_secret() {
    kube::secret secret;
    secret.type = "kubernetes.io/service-account-token";
    secret.meta.annotations.emplace("kubernetes.io/service-account.name", "default");
    return secret;
}

kube::secret empty_copy() {
    kube::secret secret;
    secret.type = kube::docker_config_json_type;
    secret.data.emplace(kube::docker_config_json_key, util::secret_bytes::copy_of(R"({"auths":{}})"));
    return secret;
}

/// A copy with which a namespace could never be deleted.
kube::secret secret_with_finalizer() {
    auto secret = empty_copy();
    secret.meta.finalizers.emplace_back("regcred.dev/dry-run");
    return secret;
}

kube::json labels_patch() {
    return {{"metadata", {{"labels", {{"regcred.dev/dry-run", "true"}}}}}};
}

}  // namespace

admission_checker::admission_checker(asio::any_io_executor executor,
                                     kube::client& client,
                                     work_queues& queues,
                                     const runtime::logger& log,
                                     settings settings)
    : client_(client),
      log_(log),
      settings_(std::move(settings)),
      secrets_{.check = admission_check("Secrets"), .queue = queues.secrets, .held = {}},
      service_accounts_{
          .check = admission_check("ServiceAccounts"), .queue = queues.service_accounts, .held = {}},
      names_to_try_(settings_.secret_names.begin(), settings_.secret_names.end()),
      due_(std::move(executor)) {}

asio::awaitable<void> admission_checker::run() {
    while (!stopped_) {
        co_await check();
        const auto wait = patches_service_accounts_
                              ? std::min(secrets_.check.interval(), service_accounts_.check.interval())
                              : secrets_.check.interval();
        const auto next = now() + wait;
        while (!stopped_ && now() < next &&
               settings_.service_account().has_value() == patches_service_accounts_)
            co_await due_.wait_until(std::min(next, now() + look_again));
    }
}

void admission_checker::stop() {
    stopped_ = true;
    due_.notify_all();
}

asio::awaitable<void> admission_checker::check() {
    bool changed = record(secrets_, co_await try_secrets());
    if (secrets_.check.state() == enforcement::enforced) co_await try_secret_names();
    const auto account = settings_.service_account();
    patches_service_accounts_ = account.has_value();
    if (account) changed = record(service_accounts_, co_await try_service_account(*account)) || changed;
    checked_ = true;
    if (changed) settings_.changed();
    settings_.checked();
}

asio::awaitable<enforcement> admission_checker::try_secrets() {
    struct attempt {
        kube::secret secret;
        std::string_view rule;  // of deploy/admission-policy.yaml
    };
    std::array<attempt, 2> attempts{{{token_secret(), "of type kubernetes.io/dockerconfigjson"},
                                     {secret_with_finalizer(), "finalizers"}}};
    auto result = enforcement::enforced;
    for (auto& [secret, rule] : attempts) {
        const auto response = co_await try_secret(std::string(dry_run_name), std::move(secret));
        result = combined(result, enforcement_of(response, rule));
    }
    co_return result;
}

asio::awaitable<kube::result<kube::json>> admission_checker::try_secret(std::string name,
                                                                        kube::secret secret) {
    secret.meta.name = name;
    secret.meta.namespace_name = settings_.own_namespace;
    secret.meta.resource_version = kube::absent_resource_version;
    co_return co_await client_.apply_new(
        kube::secrets, settings_.own_namespace, std::move(name), kube::write_secret(secret), true);
}

asio::awaitable<void> admission_checker::try_secret_names() {
    const auto names = names_to_try_;
    for (const auto& name : names)
        record_name(name, name_verdict_of(co_await try_secret(name, empty_copy())));
}

void admission_checker::record_name(const std::string& name, name_verdict verdict) {
    if (verdict == name_verdict::allowed) names_to_try_.erase(name);
    if (verdict != name_verdict::not_allowed || !names_logged_.insert(name).second) return;
    log_.warn("Secret name not allowed by the admission policy",
              {{"name", name}, {"message", name_not_allowed(name)}});
}

asio::awaitable<enforcement> admission_checker::try_service_account(std::string name) {
    const auto response = co_await client_.try_merge_patch(
        kube::service_accounts, settings_.own_namespace, std::move(name), labels_patch());
    co_return enforcement_of(response, "");
}

bool admission_checker::record(policy& policy, enforcement result) {
    const bool changed = policy.check.record(result);
    if (!changed) return false;
    if (policy.check.state() == enforcement::enforced) {
        log_.info("admission policy enforced", {{"kind", policy.check.resource_kind()}});
        for (const auto& key : std::exchange(policy.held, {}))
            policy.queue.add(key, runtime::priority::bulk);
    } else {
        log_.warn("admission policy not enforced",
                  {{"kind", policy.check.resource_kind()},
                   {"message", policy.check.problem(settings_.required).message}});
    }
    return true;
}

bool admission_checker::enforced() const noexcept {
    return secrets_.check.state() == enforcement::enforced &&
           (!patches_service_accounts_ || service_accounts_.check.state() == enforcement::enforced);
}

cause admission_checker::problem(bool asks_for_service_accounts) const {
    auto found = secrets_.check.problem(settings_.required);
    if (!found.reason.empty() || !asks_for_service_accounts) return found;
    return service_accounts_.check.problem(settings_.required);
}

bool admission_checker::holds(policy& policy, const runtime::object_key& key) {
    if (!settings_.required || policy.check.state() == enforcement::enforced) return false;
    policy.held.insert(key);
    due_.notify_all();
    return true;
}

}  // namespace reconcile
