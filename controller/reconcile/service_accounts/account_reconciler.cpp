// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/account_reconciler.hpp"

#include "reconcile/reasons.hpp"
#include "reconcile/state/wish.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace reconcile {

namespace asio = boost::asio;

namespace {

/// Within one run, while others change the list under our hands: each pass is a read and a write, so a
/// writer has to be very busy to win them all.
constexpr int most_passes = 20;

std::string_view verb_of(const account_plan& decided) {
    if (!decided.gains.empty()) return "add";
    return decided.losses.empty() ? "record" : "remove";
}

/// In the words for ServiceAccounts; `cannot` is what could not be done.
refusal reworded(refusal why, std::string_view cannot, const account& at, const kube::error& error) {
    if (why.reason == reasons::source_too_large) why.reason = reasons::denied;
    const bool lacks_role = why.reason == reasons::forbidden && error.message.starts_with("serviceaccounts ");
    why.message = fmt::format("cannot {} ServiceAccount {}: {}{}",
                              cannot,
                              shown(at),
                              kube::public_message(error),
                              lacks_role ? "; apply deploy/service-accounts.yaml" : "");
    return why;
}

void hold_losses(account_view& view) {
    for (auto& entry : view.entries) {
        if (entry.wish == entry_wish::unwanted) entry.wish = entry_wish::held;
    }
}

}  // namespace

runtime::outcome account_reconciler::give_up(const account_view& view,
                                             const kube::error& error,
                                             refusal why) {
    if (why.next == next_step::drop) {
        ledger_.drop(view.where);
        return runtime::outcome::done();
    }
    ledger_.fail(view, why.reason, std::move(why.message));
    return try_again(why, error, services_.failures(view.where));
}

/// A list that was right, or was just written, and is not right, though nothing else is wanted now, was
/// changed by somebody. So was the annotation of a ServiceAccount that nobody wanted an entry in, as far as
/// is known: who writes such annotations again and again is not answered each time.
runtime::duration account_reconciler::pause_before_repair(const account_view& view,
                                                          bool just_written,
                                                          runtime::time_point now) {
    const auto* known = services_.known.table().find(view.where);
    const bool was_right =
        just_written ||
        (known != nullptr && known->now == account_record::state::patched && known->wish == wish_of(view));
    const bool is_waiting =
        known != nullptr && known->failure != nullptr && known->failure->reason == reasons::contended;
    const bool is_strange = known == nullptr && view.wanting.empty();
    if (!was_right && !is_waiting && !is_strange) return {};
    const auto pause = contention_.wait(view.where, now);
    if (pause == runtime::duration::zero()) contention_.repaired(view.where, now);
    return pause;
}

/// A loss that no user has asked for in a spec passes the brake first.
bool account_reconciler::is_held_back(const account_view& view) {
    if (services_.known.loss_is_asked_for(view)) return false;
    const auto size = services_.known.table().size();
    if (services_.guard.may_delete(view.where, size, std::chrono::steady_clock::now())) return false;
    ledger_.fail(
        view,
        reasons::deletion_guard,
        fmt::format(
            "the entry in ServiceAccount {} would be taken back because its namespace is not selected "
            "any more, as would more than {} others within a minute, though no spec has changed; that "
            "goes on when two reads of all namespaces, {} s apart, agree. If it is not meant, put their "
            "labels and opt-out annotations back, or set spec.suspend: true",
            shown(view.where),
            account_guard::limit(size),
            std::chrono::duration_cast<std::chrono::seconds>(account_guard::between_reads).count()));
    services_.wake_guard();
    return true;
}

asio::awaitable<kube::result<void>> account_reconciler::confirm(account_view view) {
    cell_view against;
    against.where.namespace_name = view.where.namespace_name;
    against.owners = view.others;
    auto read = co_await reader_.confirm(std::move(against));
    if (read.has_error()) co_return read.error();
    for (const auto& entry : view.entries) {
        if (entry.wish != entry_wish::unwanted) continue;
        if (!std::ranges::binary_search(view.present->added, entry.secret_name)) continue;
        read = co_await reader_.read_copy(
            {.namespace_name = view.where.namespace_name, .secret_name = entry.secret_name});
        if (read.has_error()) co_return read.error();
    }
    co_return kube::result<void>{};
}

asio::awaitable<kube::result<void>> account_reconciler::write(account_view view, account_plan decided) {
    const auto started = std::chrono::steady_clock::now();
    const auto verb = verb_of(decided);
    auto written = co_await writer_.patch(view, decided);
    services_.writes
        .with({std::string(verb),
               written.has_value() ? "ok" : std::string(kube::to_string(written.error().kind))})
        .add();
    if (written.has_error()) co_return written.error();
    // Ahead of the watch: else a second look would find the old state and write again.
    services_.known.store_of(view.where.name)->upsert(std::move(*written));
    ledger_.tell(view, decided);
    services_.log.info("changed a ServiceAccount",
                       {{"action", verb},
                        {"object", fmt::format("{}", fmt::join(concerned_by(view), ","))},
                        {"namespace", view.where.namespace_name},
                        {"name", view.where.name},
                        {"duration_ms", std::chrono::steady_clock::now() - started}});
    co_return kube::result<void>{};
}

asio::awaitable<kube::result<void>> account_reconciler::read_again(account at) {
    auto& store = *services_.known.store_of(at.name);
    auto read = co_await writer_.read(at);
    if (read.has_value()) {
        store.upsert(std::move(*read));
        co_return kube::result<void>{};
    }
    if (!says_absent(read.error(), kube::service_accounts)) co_return read.error();
    if (const auto known = store.find(runtime::view_of(at)))
        store.erase(runtime::view_of(at), known->meta.resource_version);
    co_return kube::result<void>{};
}

runtime::outcome account_reconciler::contend(const account_view& view, runtime::outcome then) {
    ledger_.fail(
        view,
        reasons::contended,
        fmt::format(
            "something else keeps changing imagePullSecrets of ServiceAccount {}; find it and stop it, or "
            "exclude the namespace",
            shown(view.where)));
    return then;
}

runtime::outcome account_reconciler::cannot_read(const account_view& view,
                                                 const kube::error& error,
                                                 std::string_view cannot) {
    return give_up(view, error, reworded(judge_read_failure(error), cannot, view.where, error));
}

/// Nothing when it was read anew and is to be decided again.
asio::awaitable<std::optional<runtime::outcome>> account_reconciler::refused(account_view view,
                                                                             kube::error error) {
    auto why = judge_refusal(error, "patch");
    if (why.next != next_step::look_again)
        co_return give_up(view, error, reworded(std::move(why), "patch", view.where, error));
    const auto read = co_await read_again(view.where);
    if (read.has_error()) co_return cannot_read(view, read.error(), "read");
    co_return std::nullopt;
}

asio::awaitable<runtime::outcome> account_reconciler::run(account at) {
    bool confirmed = false;
    std::uint64_t written = 0;  // for what the last write of this run was
    for (int pass = 0; pass < most_passes; ++pass) {
        auto view = services_.known.look(at);
        auto decided = decide(view);
        if (decided.losses.empty()) {
            services_.guard.forget(at);
        } else if (!confirmed) {
            const auto read = co_await confirm(view);
            if (read.has_error())
                co_return cannot_read(view, read.error(), "confirm that nobody wants the entry in");
            confirmed = true;
            continue;
        }
        const bool held = !decided.losses.empty() && is_held_back(view);
        if (held) {
            hold_losses(view);
            decided = decide(view);
        }
        if (!decided.patch) {
            if (!held) ledger_.settle(view, decided);
            co_return runtime::outcome::done();
        }
        const auto pause =
            pause_before_repair(view, written == wish_of(view), std::chrono::steady_clock::now());
        if (pause > runtime::duration::zero())
            co_return contend(view, runtime::outcome::requeue_after(pause));
        const auto done = co_await write(view, decided);
        if (done.has_value()) {
            written = wish_of(view);
        } else if (const auto ended = co_await refused(view, done.error())) {
            co_return *ended;
        }
    }
    co_return contend(services_.known.look(at), runtime::outcome::retry());
}

}  // namespace reconcile
