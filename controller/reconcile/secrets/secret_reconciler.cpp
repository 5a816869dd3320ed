// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_reconciler.hpp"

#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

constexpr int max_passes = 6;  // within one run, while others change the Secret concurrently

write_kind kind_of(const secret_plan& plan) {
    if (plan.adopts) return write_kind::adopted;
    constexpr std::array kinds{write_kind::updated,
                               write_kind::created,
                               write_kind::updated,
                               write_kind::recreated,
                               write_kind::removed};
    return kinds.at(static_cast<std::size_t>(plan.action));
}

cause held_by_guard(const runtime::object_key& key, std::size_t objects) {
    return {.reason = reasons::deletion_guard,
            .message = fmt::format(
                "Secret {} not deleted yet: its namespace is no longer selected, like those of more than {} "
                "other Secrets within a minute, although no spec has changed; regcred deletes the Secrets "
                "when two lists of all namespaces, {} s apart, agree. To keep them, restore the namespaces' "
                "labels and opt-out annotations, or set spec.suspend: true",
                runtime::to_string(key),
                deletion_guard::limit(objects),
                std::chrono::duration_cast<std::chrono::seconds>(deletion_guard::between_reads).count())};
}

cause contended(const runtime::object_key& key) {
    return {.reason = reasons::contended,
            .message = fmt::format("Secret {} keeps being changed by another writer; find and stop that "
                                   "writer, or exclude the namespace",
                                   runtime::to_string(key))};
}

}  // namespace

secret_reconciler::secret_reconciler(services services)
    : services_(std::move(services)),
      writer_(services_.client),
      reader_(services_.client, services_.state),
      results_({.results = services_.state.results(),
                .queues = services_.queues,
                .queue = services_.queues.secrets,
                .log = services_.log,
                .clock = services_.clock,
                .out_of_sync = "Secret out of sync"}) {}

reconcile_facts secret_reconciler::facts(const secret_view& view, const secret_plan& plan) const {
    const auto& results = services_.state.results();
    const auto* known = results.find(view.key);
    const bool stand = known == nullptr || services_.state.all_stand(known->specs);
    auto facts = facts_of(view, plan, known, stand);
    facts.objects = results.size();
    facts.failures = services_.queues.secrets.queue().failures(view.key);
    return facts;
}

asio::awaitable<runtime::outcome> secret_reconciler::reconcile(runtime::object_key key) {
    reconcile_fsm run(key, repairs_, services_.guard, max_passes);
    secret_view view;
    secret_plan plan;
    for (;;) {
        if (!run.has_failed()) {
            view = view_secret(services_.state, key);
            plan = decide(view);
        }
        const auto known = facts(view, plan);
        const auto action = run.next(known, std::chrono::steady_clock::now());
        switch (action.step) {
            case reconcile_step::confirm:
                run.confirmed(co_await reader_.confirm(all_credentials(view), key.namespace_name));
                break;
            case reconcile_step::write:
                run.wrote(co_await write(view, plan), verb_of(plan.action));
                break;
            case reconcile_step::read_back:
                run.was_read(co_await reader_.read_copy(key));
                break;
            case reconcile_step::hold:
                fail(view, held_by_guard(key, services_.state.results().size()));
                services_.guard_reads.wake();
                co_return runtime::outcome::done();  // a removal is all of its plan
            case reconcile_step::settle:
                settle(view, plan, known.desired);
                co_return action.outcome;
            case reconcile_step::contend:
                fail(view, contended(key));
                co_return action.outcome;
            case reconcile_step::fail:
                fail(view, {.reason = action.refusal.reason, .message = action.refusal.message});
                co_return action.outcome;
            case reconcile_step::drop:
                results_.forget(key);
                co_return action.outcome;
            case reconcile_step::finish:
                co_return action.outcome;
        }
    }
}

void secret_reconciler::fail(const secret_view& view, cause problem) {
    results_.failed(view.key, std::move(problem), all_credentials(view), specs_of(view.contributors));
}

void secret_reconciler::settle(const secret_view& view, const secret_plan& plan, std::uint64_t desired) {
    if (!plan.reason.empty()) return fail(view, {.reason = plan.reason, .message = plan.message});
    if (view.contributors.empty()) {
        repairs_.forget(view.key);
        if (view.owner == ownership::ours) {
            results_.unwanted(view.key);
        } else {
            results_.forget(view.key);
        }
        return;
    }
    const bool is_news = results_.synced(view.key,
                                         desired,
                                         specs_of(view.contributors),
                                         affected_credentials(view),
                                         std::chrono::steady_clock::now());
    if (is_news) services_.state.secret_synced(view.key);
}

asio::awaitable<kube::result<void>> secret_reconciler::send(const secret_view& view, secret_action action) {
    // The store is brought up to date ahead of the watch: else the next view would show the old state, and
    // the Secret would be written again.
    auto& copies = services_.state.copies(view.key.name);
    if (action == secret_action::remove) {
        const auto removed = co_await writer_.remove(view);
        const auto& meta = view.present->meta;
        if (removed.has_value()) copies.erase({meta.namespace_name, meta.name}, meta.resource_version);
        co_return removed;
    }
    auto written = action == secret_action::create   ? co_await writer_.create(view)
                   : action == secret_action::update ? co_await writer_.update(view)
                                                     : co_await writer_.recreate(view);
    if (written.has_error()) co_return written.error();
    copies.upsert(std::move(*written));
    co_return kube::result<void>{};
}

asio::awaitable<kube::result<void>> secret_reconciler::write(const secret_view& view,
                                                             const secret_plan& plan) {
    const auto started = std::chrono::steady_clock::now();
    const auto verb = verb_of(plan.action);
    auto written = co_await send(view, plan.action);
    const auto result =
        written.has_value() ? std::string("ok") : std::string(kube::to_string(written.error().kind));
    services_.writes.with({std::string(verb), result}).add();
    if (written.has_error()) co_return written;

    for (const auto& name : acting_credentials(view))
        services_.events.record(name, kind_of(plan), view.key);
    results_.update_statuses(affected_credentials(view));
    if (!services_.log.enabled(runtime::log_level::debug)) co_return written;  // names cost time
    services_.log.debug("wrote Secret",
                        {{"action", verb},
                         {"registrycredential", fmt::format("{}", fmt::join(all_credentials(view), ","))},
                         {"namespace", view.key.namespace_name},
                         {"name", view.key.name},
                         {"duration_ms", std::chrono::steady_clock::now() - started}});
    co_return written;
}

}  // namespace reconcile
