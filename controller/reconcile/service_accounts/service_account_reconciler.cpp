// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_reconciler.hpp"

#include "reconcile/safety/failure_cause.hpp"
#include "reconcile/safety/object_facts.hpp"
#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

/// Within one run, while others change the list concurrently: each pass is a read and a write, so another
/// writer would have to be very busy to win them all.
constexpr int max_passes = 20;

/// The failure that a refusal leads to.
cause refused(const reconcile_action& action, const runtime::object_key& key) {
    const auto what = action.during == reconcile_step::confirm
                          ? "not patched: cannot confirm that no RegistryCredential wants the entry"
                      : action.during == reconcile_step::read_back ? "not read"
                                                                   : "not patched";
    const auto reason =
        action.refusal.reason == reasons::source_too_large ? reasons::denied : action.refusal.reason;
    const bool lacks_role =
        reason == reasons::forbidden && action.error.message.starts_with("serviceaccounts ");
    return {.reason = reason,
            .message = fmt::format("ServiceAccount {} {}: {}{}",
                                   runtime::to_string(key),
                                   what,
                                   kube::public_message(action.error),
                                   lacks_role ? "; apply deploy/service-accounts.yaml" : "")};
}

constexpr removal_words words{
    .kind = "ServiceAccount", .held = "not patched yet", .removes = "removes the imagePullSecrets entries"};

bool has(const service_account_view& view, entry_goal goal) {
    return std::ranges::find(view.entries, goal, &pull_secret_entry::goal) != view.entries.end();
}

}  // namespace

service_account_reconciler::service_account_reconciler(services services)
    : services_(std::move(services)),
      writer_(services_.client),
      reader_(services_.client, services_.state),
      results_(
          {.results = services_.accounts.results(),
           .queues = services_.queues,
           .queue = services_.queues.service_accounts,
           .log = services_.log,
           .clock = services_.clock,
           .out_of_sync = {.one = "ServiceAccount out of sync", .more = "more ServiceAccounts out of sync"},
           .on_new_failure = {}}) {}

asio::awaitable<runtime::outcome> service_account_reconciler::reconcile(runtime::object_key key) {
    reconcile_fsm run(key, repairs_, services_.guard, max_passes);
    service_account_view view;
    service_account_plan plan;
    for (;;) {
        if (!run.has_failed()) {
            view = services_.accounts.view(key);
            if (run.holds_removal()) view = with_removals_held(std::move(view));
            plan = decide(view);
        }
        const auto known =
            object_facts(view, plan, services_.accounts.results(), services_.queues.service_accounts);
        const auto action = run.next(known, std::chrono::steady_clock::now());
        switch (action.step) {
            case reconcile_step::confirm:
                run.confirmed(co_await reader_.confirm(reads_before_removal(view, plan)));
                break;
            case reconcile_step::write:
                run.wrote(co_await write(view, plan, known.drifted), "patch");
                break;
            case reconcile_step::read_back:
                run.was_read(co_await read_back(key));
                break;
            case reconcile_step::hold:
                services_.guard_reads.wake();
                break;
            case reconcile_step::settle:
            case reconcile_step::finish:
                settle(view, plan, known.desired);
                co_return action.outcome;
            case reconcile_step::contend:
                fail(view, contended("imagePullSecrets of ServiceAccount", key), affected_credentials(view));
                co_return action.outcome;
            case reconcile_step::fail:
                fail(view, refused(action, key), affected_credentials(view));
                co_return action.outcome;
            case reconcile_step::drop:
                results_.forget(key);
                co_return action.outcome;
            case reconcile_step::read_content:  // no plan for a ServiceAccount needs it
            case reconcile_step::wait:
                co_return action.outcome;
        }
    }
}

void service_account_reconciler::fail(const service_account_view& view,
                                      cause problem,
                                      const std::set<std::string>& credentials) {
    results_.failed(
        view.key, std::move(problem), credentials, selections_after(view), std::chrono::steady_clock::now());
}

selection_list service_account_reconciler::selections_after(const service_account_view& view) const {
    const auto* known = services_.accounts.results().find(view.key);
    return account_selections_of(view, known == nullptr ? nullptr : known->selections);
}

void service_account_reconciler::settle(const service_account_view& view,
                                        const service_account_plan& plan,
                                        std::uint64_t desired) {
    if (has(view, entry_goal::held)) {
        return fail(view,
                    held_by_guard(words, view.key, services_.accounts.results().size(), services_.guard),
                    held_credentials(view));
    }
    if (!plan.reason.empty()) {
        return fail(view,
                    {.reason = plan.reason, .message = plan.message},
                    affected_credentials(view, plan.secret_name));
    }
    if (view.wanting.empty()) {
        // While an object is being deleted, the record of the last sync is still needed.
        if (has(view, entry_goal::undecided)) {
            results_.unwanted(view.key);
        } else {
            results_.forget(view.key);
        }
        return;
    }
    static_cast<void>(results_.synced(view.key,
                                      desired,
                                      selections_after(view),
                                      affected_credentials(view),
                                      std::chrono::steady_clock::now()));
}

asio::awaitable<kube::result<void>> service_account_reconciler::write(const service_account_view& view,
                                                                      const service_account_plan& plan,
                                                                      bool drifted) {
    const auto started = std::chrono::steady_clock::now();
    const auto verb = verb_of(plan);
    auto written = co_await writer_.patch(view, plan);
    const auto result =
        written.has_value() ? std::string("ok") : std::string(kube::to_string(written.error().kind));
    services_.writes.with({std::string(verb), result}).add();
    if (written.has_error()) co_return written.error();

    // Before the watch shows it: else the next view would have the old list, and it would be written again.
    services_.accounts.store_of(view.key.name)->upsert(std::move(*written));
    record_events(view, plan);
    // Without a result nobody has seen the ServiceAccount as it should be.
    const bool was_right = services_.accounts.results().find(view.key) != nullptr;
    if (drifted && was_right) services_.drift.with({"serviceaccounts", "modified"}).add();
    services_.log.debug(
        "wrote ServiceAccount",
        {{"action", verb},
         {"registrycredential", fmt::format("{}", fmt::join(affected_credentials(view), ","))},
         {"namespace", view.key.namespace_name},
         {"name", view.key.name},
         {"duration_ms", std::chrono::steady_clock::now() - started}});
    co_return kube::result<void>{};
}

void service_account_reconciler::record_events(const service_account_view& view,
                                               const service_account_plan& plan) {
    const auto record =
        [&](const std::vector<std::string>& secrets, write_kind kind, const contributor_list& credentials) {
            for (const auto& secret : secrets) {
                for (const auto& object : credentials) {
                    if (object->secret_name != secret) continue;
                    services_.events.record(
                        object->meta.name, kind, {.namespace_name = view.key.namespace_name, .name = secret});
                }
            }
        };
    record(plan.gains, write_kind::listed, view.wanting);
    record(plan.losses, write_kind::unlisted, view.losing);
    results_.update_statuses(affected_credentials(view));
}

asio::awaitable<kube::result<void>> service_account_reconciler::read_back(runtime::object_key key) {
    auto& store = *services_.accounts.store_of(key.name);
    auto read = co_await writer_.read(key);
    if (read.has_error())
        co_return erase_if_absent(store, runtime::view_of(key), read.error(), kube::service_accounts);
    store.upsert(std::move(*read));
    co_return kube::result<void>{};
}

}  // namespace reconcile
