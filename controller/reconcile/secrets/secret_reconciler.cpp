// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_reconciler.hpp"

#include "reconcile/safety/failure_cause.hpp"
#include "reconcile/safety/object_facts.hpp"
#include "reconcile/secrets/own_failures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

constexpr int max_passes = 8;  // within one run, while others change the Secret concurrently

write_kind kind_of(const secret_plan& plan) {
    if (plan.adopts) return write_kind::adopted;
    constexpr std::array kinds{write_kind::updated,
                               write_kind::created,
                               write_kind::updated,
                               write_kind::recreated,
                               write_kind::removed};
    return kinds.at(static_cast<std::size_t>(plan.action));
}

constexpr removal_words words{.kind = "Secret",
                              .held = "keeps the entries of this RegistryCredential for now",
                              .removes = "removes the entries, and deletes a Secret that is then empty,"};

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
                .out_of_sync = {.one = "Secret out of sync", .more = "more Secrets out of sync"},
                .on_new_failure = services_.on_new_failure}) {}

asio::awaitable<runtime::outcome> secret_reconciler::reconcile(runtime::object_key key) {
    if (!services_.state.synced(key.name)) {
        services_.queues.finish_arrival(key, namespace_arrivals::result::failed);
        co_return runtime::outcome::done();  // copies_listed() queues it
    }
    reconcile_fsm run(key, repairs_, services_.guard, max_passes);
    copy_content content;
    decision now;
    for (;;) {
        if (!run.has_failed()) now = decide_now(key, content, run.holds_removal());
        const auto& view = now.view;
        const auto& plan = now.plan;
        const auto known = object_facts(view, plan, services_.state.results(), services_.queues.secrets);
        const auto action = run.next(known, std::chrono::steady_clock::now());
        switch (action.step) {
            case reconcile_step::read_content:
                run.was_read(co_await read_content(key, content));
                break;
            case reconcile_step::confirm:
                run.confirmed(co_await reader_.confirm(reads_before_removal(view)));
                break;
            case reconcile_step::write:
                run.wrote(co_await write(now, content, known.drifted), verb_of(plan.action));
                break;
            case reconcile_step::read_back:
                run.was_read(co_await reader_.read_copy(key));
                break;
            case reconcile_step::wait:
                co_return action.outcome;
            case reconcile_step::hold:
                services_.guard_reads.wake();
                break;
            case reconcile_step::settle:
            case reconcile_step::finish:
                settle(now, known.desired);
                co_return action.outcome;
            case reconcile_step::contend:
                fail(now, contended("Secret", key));
                co_return action.outcome;
            case reconcile_step::fail:
                fail(now,
                     {.reason = action.refusal.reason,
                      .message =
                          fmt::format("Secret {} {}", runtime::to_string(key), action.refusal.message)});
                co_return action.outcome;
            case reconcile_step::drop:
                services_.state.forget_deleted(key);
                results_.forget(key);
                recreated_.erase(key);
                services_.queues.finish_arrival(key, namespace_arrivals::result::no_longer);
                co_return action.outcome;
        }
    }
}

secret_reconciler::decision secret_reconciler::decide_now(const runtime::object_key& key,
                                                          const copy_content& content,
                                                          bool holds_removal) {
    const auto before = recreated_.find(key);
    view_options options{.content = &content,
                         .deleted = before == recreated_.end() ? nullptr : &before->second,
                         .keep_unasked = holds_removal};
    decision now{.view = view_secret(services_.state, key, options), .plan = {}, .resumed = {}};
    now.plan = decide(now.view);
    for (const auto& object : now.view.suspended) {
        options.resumed = object.get();
        now.resumed.push_back(decide(view_secret(services_.state, key, options)));
        now.plan.needs_content = now.plan.needs_content || now.resumed.back().needs_content;
    }
    return now;
}

asio::awaitable<kube::result<void>> secret_reconciler::read_content(runtime::object_key key,
                                                                    copy_content& content) {
    auto& copies = services_.state.copies(key.name);
    auto read = co_await writer_.read(key);
    if (read.has_error())
        co_return erase_if_absent(copies, runtime::view_of(key), read.error(), kube::secrets);
    content = reconcile::read_content(*read);
    copies.upsert(observe(std::move(*read)));
    co_return kube::result<void>{};
}

selection_list secret_reconciler::selections_after(const secret_view& view) const {
    const auto* known = services_.state.results().find(view.key);
    return selections_of(view, known == nullptr ? nullptr : known->selections);
}

std::vector<result_recorder::own_failure> secret_reconciler::own_failures_of(const decision& now) const {
    auto own = own_failures(services_.state, now.view, now.resumed);
    for (const auto& object : now.view.held) {
        own.push_back(
            {.problem = held_by_guard(words, now.view.key, services_.state.results().size(), services_.guard),
             .credential = object->meta.name});
    }
    return own;
}

/// To those that have a part in the plan; the others report what is theirs.
void secret_reconciler::fail(const decision& now, cause problem) {
    auto concerned = all_credentials(now.view);
    for (const auto* list : {&now.view.suspended, &now.view.held}) {
        for (const auto& object : *list)
            concerned.erase(object->meta.name);
    }
    if (concerned.empty()) concerned = all_credentials(now.view);
    if (!is_transient(problem.reason))
        services_.queues.finish_arrival(now.view.key, namespace_arrivals::result::failed);
    results_.failed(now.view.key,
                    std::move(problem),
                    concerned,
                    selections_after(now.view),
                    std::chrono::steady_clock::now(),
                    own_failures_of(now));
}

void secret_reconciler::settle(const decision& now, std::uint64_t desired) {
    const auto& view = now.view;
    if (!now.plan.reason.empty()) return fail(now, {.reason = now.plan.reason, .message = now.plan.message});
    recreated_.erase(view.key);
    services_.queues.finish_arrival(view.key, namespace_arrivals::result::no_longer);
    auto own = own_failures_of(now);
    if (view.held.empty()) services_.state.forget_deleted(view.key);
    if (view.contributors.empty() && !own.empty()) {
        // Nobody may change it: each reports why its part stays as it is.
        auto first = std::move(own.front());
        own.erase(own.begin());
        return results_.failed(view.key,
                               std::move(first.problem),
                               {std::move(first.credential)},
                               selections_after(view),
                               std::chrono::steady_clock::now(),
                               std::move(own));
    }
    if (view.contributors.empty() && view.suspended.empty()) {
        repairs_.forget(view.key);
        if (view.owner == ownership::ours && !view.retains) {
            results_.unwanted(view.key);
        } else {
            results_.forget(view.key);
        }
        return;
    }
    const bool is_news = results_.synced(view.key,
                                         desired,
                                         selections_after(view),
                                         affected_credentials(view),
                                         std::chrono::steady_clock::now(),
                                         std::move(own));
    if (is_news) services_.state.secret_synced(view.key);
}

asio::awaitable<kube::result<void>> secret_reconciler::send(const secret_view& view,
                                                            secret_action action,
                                                            const copy_content& content) {
    // The store is brought up to date ahead of the watch: else the next view would show the old state, and
    // the Secret would be written again.
    auto& copies = services_.state.copies(view.key.name);
    if (action == secret_action::remove) {
        const auto removed = co_await writer_.remove(view);
        const auto& meta = view.present->meta;
        if (removed.has_value()) copies.erase({meta.namespace_name, meta.name}, meta.resource_version);
        co_return removed;
    }
    const auto remember = [this, &view, &content] {
        if (view.content_read) recreated_.insert_or_assign(view.key, content);
    };
    auto written = action == secret_action::create   ? co_await writer_.create(view)
                   : action == secret_action::update ? co_await writer_.update(view)
                                                     : co_await writer_.recreate(view, remember);
    if (written.has_error()) co_return written.error();
    copies.upsert(std::move(*written));
    co_return kube::result<void>{};
}

void secret_reconciler::record_write(const secret_view& view, const secret_plan& plan, bool drifted) {
    for (const auto& name : acting_credentials(view)) {
        services_.events.record(name, kind_of(plan), view.key);
        services_.queues.runs.wrote(name, std::chrono::steady_clock::now());
    }
    if (plan.action != secret_action::remove)
        services_.queues.finish_arrival(view.key, namespace_arrivals::result::written);
    if (drifted) services_.drift.with({"secrets", view.present == nullptr ? "deleted" : "modified"}).add();
    results_.update_statuses(affected_credentials(view));
}

asio::awaitable<kube::result<void>> secret_reconciler::write(const decision& now,
                                                             const copy_content& content,
                                                             bool drifted) {
    const auto& view = now.view;
    const auto& plan = now.plan;
    const auto started = std::chrono::steady_clock::now();
    const auto verb = verb_of(plan.action);
    auto written = co_await send(view, plan.action, content);
    const auto result =
        written.has_value() ? std::string("ok") : std::string(kube::to_string(written.error().kind));
    services_.writes.with({std::string(verb), result}).add();
    if (written.has_error()) co_return written;

    recreated_.erase(view.key);
    record_write(view, plan, drifted);
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
