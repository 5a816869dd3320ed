// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/account_watches.hpp"

#include "reconcile/state/decoders.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace reconcile {

namespace {

/// Rights that are given are to be found soon: a denied request is cheap.
runtime::watch_policy policy() {
    constexpr std::chrono::seconds soon{15};
    runtime::watch_policy with;
    with.denied.cap = soon;
    return with;
}

std::string title_of(const std::string& allowed_name) {
    return allowed_name == every_account ? "serviceaccounts" : "serviceaccounts named " + allowed_name;
}

kube::scope scope_of(const std::string& allowed_name) {
    kube::scope what{.resource = kube::service_accounts, .namespace_name = {}, .field_selector = {}};
    if (allowed_name != every_account) what.field_selector = "metadata.name=" + allowed_name;
    return what;
}

}  // namespace

account_watches::account_watches(boost::asio::any_io_executor executor,
                                 kube::client& client,
                                 accounts& known,
                                 const runtime::logger& log,
                                 const runtime::random_source& random)
    : executor_(std::move(executor)), client_(client), known_(known), log_(log), random_(random) {
    for (auto& [name, into] : known.stores())
        add(name, into);
}

void account_watches::add(const std::string& allowed_name, accounts::store& into) {
    const auto title = title_of(allowed_name);
    auto server = std::make_unique<runtime::client_watch_source>(client_, scope_of(allowed_name));
    auto source = std::make_unique<patient_source>(
        executor_,
        *server,
        [this, allowed_name] { return known_.asked_for(allowed_name); },
        [this, allowed_name, title](bool denied) {
            known_.watch_changed(allowed_name, denied);
            if (denied)
                log_.info("no right to read ServiceAccounts; deploy/service-accounts.yaml gives it",
                          {{"watch", title}});
        });
    auto tell = [this, title](const runtime::object_key& key, const std::string& why) {
        log_.warn("cannot read an object",
                  {{"watch", title}, {"object", runtime::to_string(runtime::view_of(key))}, {"error", why}});
    };
    auto sink =
        std::make_unique<runtime::store_sink<observed_account>>(into, decode_account, std::move(tell));
    auto reader = std::make_unique<runtime::reflector>(
        executor_,
        *source,
        *sink,
        log_,
        random_,
        runtime::reflector_options{.name = title, .policy = policy(), .on_synced = [this, allowed_name] {
                                       known_.watch_changed(allowed_name, false);
                                   }});
    all_.push_back({.allowed_name = allowed_name,
                    .server = std::move(server),
                    .source = std::move(source),
                    .sink = std::move(sink),
                    .reader = std::move(reader)});
}

void account_watches::start(runtime::task_group& tasks) {
    for (const auto& one : all_)
        tasks.spawn(one.reader->run());
}

void account_watches::stop() {
    for (const auto& one : all_) {
        one.reader->stop();
        one.source->stop();
    }
}

void account_watches::wake() {
    for (const auto& one : all_)
        one.source->wake();
}

std::size_t account_watches::failing() const {
    return static_cast<std::size_t>(std::ranges::count_if(all_, [this](const watch& one) {
        return one.reader->health().failing_since && known_.asked_for(one.allowed_name);
    }));
}

}  // namespace reconcile
