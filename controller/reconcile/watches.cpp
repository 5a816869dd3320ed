// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/watches.hpp"

#include "reconcile/state/observed_secret.hpp"
#include "reconcile/state/selection.hpp"
#include "reconcile/state/source.hpp"
#include "reconcile/state/watch_fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>

namespace reconcile {

namespace {

/// Without the CRD the API server responds "404 page not found": the error names the CRD and the command.
class credential_watch_source final : public runtime::watch_source {
 public:
    credential_watch_source(kube::client& client, kube::scope scope) : source_(client, std::move(scope)) {}

    [[nodiscard]] boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) override {
        auto page = co_await source_.list(std::move(options));
        if (page.has_error()) co_return explained(page.error());
        co_return page;
    }
    [[nodiscard]] boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options options) override {
        auto opened = co_await source_.watch(std::move(options));
        if (opened.has_error()) co_return explained(opened.error());
        co_return opened;
    }

 private:
    static kube::error explained(kube::error error) {
        if (error.kind == kube::error_kind::not_found) {
            error.message = fmt::format(
                "the API server does not serve {}: the CustomResourceDefinition "
                "registrycredentials.regcred.dev is missing or old; run 'kubectl apply -f crds/'",
                v1alpha1::regcred_api_version);
        }
        return error;
    }

    runtime::client_watch_source source_;
};

/// A denied request is cheap, and whoever adds the rule waits for the next one.
constexpr std::chrono::seconds longest_denied_pause{15};

/// Whole objects, above all Secrets, may be large: a page of them must fit into a small process.
runtime::watch_policy policy_for(const kube::scope& scope) {
    constexpr int whole_objects = 100;
    runtime::watch_policy policy;
    if (!scope.metadata_only) policy.page_size = whole_objects;
    policy.denied.cap = longest_denied_pause;
    return policy;
}

}  // namespace

watches::watches(boost::asio::any_io_executor executor,
                 kube::client& client,
                 cluster_state& state,
                 const runtime::logger& log,
                 const runtime::random_source& random,
                 listeners listeners)
    : executor_(std::move(executor)),
      client_(client),
      state_(state),
      log_(log),
      random_(random),
      listeners_(std::move(listeners)) {
    const auto& scope = state.scope();
    add<v1alpha1::registry_credential>(
        options("registrycredentials", watched::credentials),
        {.resource = v1alpha1::registry_credentials, .namespace_name = {}, .field_selector = {}},
        state.credentials(),
        v1alpha1::read_with_spec_fault);
    add<kube::namespace_object>(
        options("namespaces", watched::namespaces),
        {.resource = kube::namespaces, .namespace_name = {}, .field_selector = {}, .metadata_only = true},
        state.namespaces(),
        decode_namespace);
    add<source_secret>(
        options(fmt::format("secrets in {}", scope.own_namespace), watched::sources),
        {.resource = kube::secrets, .namespace_name = scope.own_namespace, .field_selector = {}},
        state.sources(),
        decode_source);
    all_.back().label = "sources";
    for (const auto& name : scope.secret_names)
        add_copies(name);
}

runtime::reflector_options watches::options(std::string name) const {
    return {.name = std::move(name),
            .on_synced = listeners_.on_change,
            .on_health = listeners_.on_change,
            .on_rewind = listeners_.on_rewind};
}

/// Of the watch that is added next.
runtime::reflector_options watches::options(std::string name, watched what) {
    auto of_watch = options(std::move(name));
    of_watch.on_health = [this, what, index = all_.size()] {
        const auto& health = all_[index].reader->health();
        state_.set_watch_fault(
            what, watch_fault(what, state_.scope().own_namespace, health, std::chrono::steady_clock::now()));
        listeners_.on_change();
    };
    return of_watch;
}

void watches::add_copies(const std::string& secret_name) {
    auto of_copies = options(fmt::format("secrets named {}", secret_name));
    of_copies.on_synced = [this, secret_name] {
        state_.copies_listed(secret_name);
        listeners_.on_copies_listed(secret_name);
        listeners_.on_change();
    };
    of_copies.on_health = [this, secret_name, index = all_.size()] {
        const auto& health = all_[index].reader->health();
        state_.set_watch_fault(secret_name,
                               copy_watch_fault(secret_name, health, std::chrono::steady_clock::now()));
        listeners_.on_change();
    };
    add<observed_secret>(
        std::move(of_copies),
        {.resource = kube::secrets, .namespace_name = {}, .field_selector = "metadata.name=" + secret_name},
        state_.copies(secret_name),
        decode_copy);
}

template <class T>
void watches::add(runtime::reflector_options options,
                  kube::scope scope,
                  runtime::store<T>& store,
                  typename runtime::store_sink<T>::decoder decode) {
    options.policy = policy_for(scope);
    std::unique_ptr<runtime::watch_source> source;
    if constexpr (std::is_same_v<T, v1alpha1::registry_credential>) {
        source = std::make_unique<credential_watch_source>(client_, std::move(scope));
    } else {
        source = std::make_unique<runtime::client_watch_source>(client_, std::move(scope));
    }
    auto sink = std::make_unique<runtime::store_sink<T>>(
        store, std::move(decode), runtime::log_unreadable(log_, options.name));
    auto reader =
        std::make_unique<runtime::reflector>(executor_, *source, *sink, log_, random_, std::move(options));
    auto label = reader->name();
    all_.push_back({.source = std::move(source),
                    .sink = std::move(sink),
                    .reader = std::move(reader),
                    .label = std::move(label)});
}

void watches::start(runtime::task_group& tasks) {
    for (const auto& each : all_)
        tasks.spawn(each.reader->run());
}

void watches::stop() {
    for (const auto& each : all_)
        each.reader->stop();
}

std::vector<runtime::watch_health> watches::healths() const {
    std::vector<runtime::watch_health> healths;
    healths.reserve(all_.size());
    for (const auto& each : all_)
        healths.push_back(each.reader->health());
    return healths;
}

std::string watches::explain() const {
    std::string text;
    for (const auto& each : all_) {
        const auto& health = each.reader->health();
        if (health.synced && !health.failing_since) continue;
        text += fmt::format("{}: {}{}\n",
                            each.reader->name(),
                            health.synced ? "" : "not synced yet; ",
                            health.last_error.empty() ? "waiting" : health.last_error);
    }
    return text;
}

std::size_t watches::failing() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        all_, [](const watch& each) { return each.reader->health().failing_since.has_value(); }));
}

void watches::add_reports(std::vector<watch_report>& to) const {
    for (const auto& each : all_)
        to.push_back(report_on(each.label, *each.reader));
}

}  // namespace reconcile
