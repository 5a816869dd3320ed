// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_watches.hpp"

#include "reconcile/state/observed_service_account.hpp"
#include "reconcile/state/reasons.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace reconcile {

namespace {

/// Retries a denied watch soon: a denied request is cheap.
runtime::watch_policy policy() {
    constexpr std::chrono::seconds soon{15};
    runtime::watch_policy policy;
    policy.denied.cap = soon;
    return policy;
}

std::string title_of(const std::string& allowed_name) {
    return allowed_name == every_account ? "serviceaccounts" : "serviceaccounts named " + allowed_name;
}

kube::scope scope_of(const std::string& allowed_name) {
    kube::scope scope{.resource = kube::service_accounts, .namespace_name = {}, .field_selector = {}};
    if (allowed_name != every_account) scope.field_selector = "metadata.name=" + allowed_name;
    return scope;
}

}  // namespace

service_account_watches::service_account_watches(boost::asio::any_io_executor executor,
                                                 kube::client& client,
                                                 cluster_state& state,
                                                 service_account_state& accounts,
                                                 const runtime::logger& log,
                                                 const runtime::random_source& random)
    : executor_(std::move(executor)), client_(client), accounts_(accounts), log_(log), random_(random) {
    state.credentials().add_handler(*this);
    for (auto& [name, store] : accounts.stores())
        add(name, store);
}

void service_account_watches::add(const std::string& allowed_name, service_account_state::store& store) {
    const auto title = title_of(allowed_name);
    auto server = std::make_unique<runtime::client_watch_source>(client_, scope_of(allowed_name));
    auto source = std::make_unique<optional_watch_source>(
        executor_,
        *server,
        [this, allowed_name] { return accounts_.asked_for(allowed_name); },
        [this, allowed_name, title](bool denied) {
            accounts_.watch_changed(allowed_name, denied);
            if (denied)
                log_.info("cannot read ServiceAccounts",
                          {{"watch", title},
                           {"reason", reasons::forbidden},
                           {"message", "RBAC does not allow it; apply deploy/service-accounts.yaml"}});
        });
    auto sink = std::make_unique<runtime::store_sink<observed_service_account>>(
        store, decode_service_account, runtime::log_unreadable(log_, title));
    auto reader = std::make_unique<runtime::reflector>(
        executor_,
        *source,
        *sink,
        log_,
        random_,
        runtime::reflector_options{.name = title, .policy = policy(), .on_synced = [this, allowed_name] {
                                       accounts_.watch_changed(allowed_name, false);
                                   }});
    all_.push_back({.allowed_name = allowed_name,
                    .server = std::move(server),
                    .source = std::move(source),
                    .sink = std::move(sink),
                    .reader = std::move(reader)});
}

void service_account_watches::start(runtime::task_group& tasks) {
    for (const auto& each : all_)
        tasks.spawn(each.reader->run());
}

void service_account_watches::stop() {
    for (const auto& each : all_) {
        each.reader->stop();
        each.source->stop();
    }
}

void service_account_watches::handle(const runtime::change<v1alpha1::registry_credential>&) {
    for (const auto& each : all_)
        each.source->wake();
}

std::size_t service_account_watches::failing() const {
    return static_cast<std::size_t>(std::ranges::count_if(all_, [this](const watch& each) {
        return each.reader->health().failing_since && accounts_.asked_for(each.allowed_name);
    }));
}

void service_account_watches::add_reports(std::vector<watch_report>& to) const {
    for (const auto& each : all_) {
        if (accounts_.asked_for(each.allowed_name))
            to.push_back(report_on(each.reader->name(), *each.reader));
    }
}

}  // namespace reconcile
