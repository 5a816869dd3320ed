// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/watches.hpp"

#include "reconcile/state/observed_secret.hpp"
#include "reconcile/state/selection.hpp"
#include "reconcile/state/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace reconcile {

watches::watches(boost::asio::any_io_executor executor,
                 kube::client& client,
                 cluster_state& state,
                 const runtime::logger& log,
                 const runtime::random_source& random,
                 std::function<void()> on_synced)
    : executor_(std::move(executor)),
      client_(client),
      log_(log),
      random_(random),
      on_synced_(std::move(on_synced)) {
    const auto& scope = state.scope();
    add<v1alpha1::registry_credential>(
        "registrycredentials",
        {.resource = v1alpha1::registry_credentials, .namespace_name = {}, .field_selector = {}},
        state.credentials(),
        v1alpha1::read_with_spec_fault);
    add<kube::namespace_object>(
        "namespaces",
        {.resource = kube::namespaces, .namespace_name = {}, .field_selector = {}, .metadata_only = true},
        state.namespaces(),
        decode_namespace);
    add<source_secret>(
        fmt::format("secrets in {}", scope.own_namespace),
        {.resource = kube::secrets, .namespace_name = scope.own_namespace, .field_selector = {}},
        state.sources(),
        decode_source);
    for (const auto& name : scope.secret_names) {
        add<observed_secret>(
            fmt::format("secrets named {}", name),
            {.resource = kube::secrets, .namespace_name = {}, .field_selector = "metadata.name=" + name},
            state.copies(name),
            decode_copy);
    }
}

namespace {

/// Whole objects, above all Secrets, may be large: a page of them must fit into a small process.
runtime::watch_policy policy_for(const kube::scope& scope) {
    constexpr int whole_objects = 100;
    runtime::watch_policy policy;
    if (!scope.metadata_only) policy.page_size = whole_objects;
    return policy;
}

}  // namespace

template <class T>
void watches::add(std::string name,
                  kube::scope scope,
                  runtime::store<T>& store,
                  typename runtime::store_sink<T>::decoder decode) {
    const auto policy = policy_for(scope);
    auto source = std::make_unique<runtime::client_watch_source>(client_, std::move(scope));
    auto sink = std::make_unique<runtime::store_sink<T>>(
        store, std::move(decode), runtime::log_unreadable(log_, name));
    auto reader = std::make_unique<runtime::reflector>(
        executor_,
        *source,
        *sink,
        log_,
        random_,
        runtime::reflector_options{.name = std::move(name), .policy = policy, .on_synced = on_synced_});
    all_.push_back({.source = std::move(source), .sink = std::move(sink), .reader = std::move(reader)});
}

void watches::start(runtime::task_group& tasks) {
    for (const auto& each : all_)
        tasks.spawn(each.reader->run());
}

void watches::stop() {
    for (const auto& each : all_)
        each.reader->stop();
}

std::size_t watches::failing() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        all_, [](const watch& each) { return each.reader->health().failing_since.has_value(); }));
}

}  // namespace reconcile
