// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/cell_reconciler.hpp"

#include "reconcile/reasons.hpp"
#include "reconcile/secrets/involved.hpp"
#include "reconcile/state/wish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace reconcile {

namespace asio = boost::asio;

namespace {

constexpr int most_passes = 6;  // within one run, while others change the Secret under our hands

std::string_view verb_of(action what) {
    constexpr std::array<std::string_view, 5> verbs{"leave", "create", "update", "recreate", "delete"};
    return verbs.at(static_cast<std::size_t>(what));
}

deed deed_of(const plan& decided) {
    if (decided.adopts) return deed::adopted;
    constexpr std::array deeds{deed::updated, deed::created, deed::updated, deed::recreated, deed::removed};
    return deeds.at(static_cast<std::size_t>(decided.what));
}

/// What takes something away that cannot be had back. Watches tell the past, so this is confirmed first.
bool is_destructive(const plan& decided) {
    return decided.what == action::remove || decided.what == action::recreate || decided.adopts;
}

}  // namespace

void cell_reconciler::fail(const cell_view& view, std::string_view reason, std::string message) {
    const auto* known = services_.model.cells().find(view.where);
    if (known == nullptr || known->failure == nullptr || known->failure->reason != reason) {
        services_.log.warn("a Secret is not as it should be",
                           {{"object", shown_names(view)},
                            {"namespace", view.where.namespace_name},
                            {"name", view.where.secret_name},
                            {"reason", reason},
                            {"message", message}});
    }
    mark_told(view.where);  // whom the failure that this one replaces concerned
    const auto concerned = concerned_by(view);
    for (const auto& name : concerned)
        services_.mark_status(name);
    const auto specs = view.contributors.empty() ? 0 : specs_of(view.contributors);
    services_.model.cells().failed(view.where,
                                   {.reason = std::string(reason),
                                    .message = std::move(message),
                                    .since = runtime::rfc3339(services_.clock()),
                                    .concerned = {concerned.begin(), concerned.end()}},
                                   specs);
}

/// Whoever was told of a failure here learns that it is over.
void cell_reconciler::mark_told(const cell& at) const {
    const auto* known = services_.model.cells().find(at);
    if (known == nullptr || known->failure == nullptr) return;
    for (const auto& name : known->failure->concerned)
        services_.mark_status(name);
}

runtime::outcome cell_reconciler::settle(const cell_view& view, const plan& decided) {
    auto& cells = services_.model.cells();
    if (!decided.reason.empty()) {
        fail(view, decided.reason, decided.message);
        return runtime::outcome::done();
    }
    if (view.contributors.empty()) {
        mark_told(view.where);
        contention_.forget(view.where);
        if (view.owner == ownership::ours) {
            cells.unwanted(view.where);
        } else {
            cells.forget(view.where);
        }
        return runtime::outcome::done();
    }
    const auto* known = cells.find(view.where);
    const bool news = known == nullptr || known->now != cell_record::state::synced;
    const std::string healed =
        known != nullptr && known->failure != nullptr ? known->failure->reason : std::string{};
    mark_told(view.where);
    cells.synced(view.where, wish_of(view), specs_of(view.contributors));
    if (!news) return runtime::outcome::done();
    for (const auto& name : concerned_by(view))
        services_.mark_status(name);
    services_.model.settled(view.where);
    if (healed == reasons::forbidden || healed == reasons::unreachable) spread_the_news(healed);
    return runtime::outcome::done();
}

/// What kept one cell back may be gone for the others too: they need not wait for their time.
void cell_reconciler::spread_the_news(const std::string& healed) {
    if (!spread_.allows(healed, std::chrono::steady_clock::now())) return;
    services_.model.cells().for_each_failed([&](const cell& other, const cell_failure& why) {
        if (why.reason == healed) services_.mark_cell(other, runtime::lane::bulk);
    });
}

runtime::outcome cell_reconciler::give_up(const cell_view& view,
                                          const kube::error& error,
                                          const refusal& why) {
    if (why.next == next_step::drop) {
        mark_told(view.where);
        services_.model.cells().forget(view.where);
        return runtime::outcome::done();
    }
    fail(view, why.reason, why.message);
    return try_again(why, error, services_.failures(view.where));
}

/// A Secret that was right, or was just written, and is not right, though nothing else is desired now, was
/// changed by somebody: after the write, or in its course (a mutating webhook).
runtime::duration cell_reconciler::pause_before_repair(const cell_view& view,
                                                       bool just_written,
                                                       runtime::time_point now) {
    const auto* known = services_.model.cells().find(view.where);
    const bool was_right = just_written || (known != nullptr && known->now == cell_record::state::synced &&
                                            known->wish == wish_of(view));
    const bool is_waiting =
        known != nullptr && known->failure != nullptr && known->failure->reason == reasons::contended;
    if (!was_right && !is_waiting) return {};
    const auto pause = contention_.wait(view.where, now);
    if (pause == runtime::duration::zero()) contention_.repaired(view.where, now);
    return pause;
}

/// A deletion that no user has asked for in a spec passes the brake first.
bool cell_reconciler::is_held_back(const cell_view& view) {
    const auto* known = services_.model.cells().find(view.where);
    if (removal_is_asked_for(view, known != nullptr ? known->specs : 0)) return false;
    const auto cells = services_.model.cells().size();
    if (services_.guard.may_delete(view.where, cells, std::chrono::steady_clock::now())) return false;
    fail(view,
         reasons::deletion_guard,
         fmt::format(
             "Secret {}/{} would be deleted because its namespace is not selected any more, as would "
             "be more than {} others within a minute, though no spec has changed; that goes on when "
             "two reads of all namespaces, {} s apart, agree. If it is not meant, put their labels and "
             "opt-out annotations back, or set spec.suspend: true",
             view.where.namespace_name,
             view.where.secret_name,
             deletion_guard::limit(cells),
             std::chrono::duration_cast<std::chrono::seconds>(deletion_guard::between_reads).count()));
    services_.wake_guard();
    return true;
}

asio::awaitable<kube::result<void>> cell_reconciler::write(cell_view view, action what) {
    // The stores are brought up to date ahead of the watch: else a second look would find the old state and
    // write again.
    auto& copies = services_.model.copies(view.where.secret_name);
    if (what == action::remove) {
        const auto removed = co_await writer_.remove(view);
        const auto& meta = view.present->meta;
        if (removed.has_value()) copies.erase({meta.namespace_name, meta.name}, meta.resource_version);
        co_return removed;
    }
    auto written = what == action::create   ? co_await writer_.create(view)
                   : what == action::update ? co_await writer_.update(view)
                                            : co_await writer_.recreate(view);
    if (written.has_error()) co_return written.error();
    copies.upsert(std::move(*written));
    co_return kube::result<void>{};
}

asio::awaitable<kube::result<void>> cell_reconciler::carry_out(cell_view view, plan decided) {
    const auto started = std::chrono::steady_clock::now();
    const auto verb = verb_of(decided.what);
    auto done = co_await write(view, decided.what);
    services_.writes
        .with({std::string(verb), done.has_value() ? "ok" : std::string(kube::to_string(done.error().kind))})
        .add();
    if (done.has_value()) {
        tell(view, decided);
        services_.log.info("wrote a Secret",
                           {{"action", verb},
                            {"object", shown_names(view)},
                            {"namespace", view.where.namespace_name},
                            {"name", view.where.secret_name},
                            {"duration_ms", std::chrono::steady_clock::now() - started}});
    }
    co_return done;
}

void cell_reconciler::tell(const cell_view& view, const plan& decided) {
    for (const auto& name : names_behind(view))
        services_.news.did(name, deed_of(decided), view.where);
    for (const auto& name : concerned_by(view))
        services_.mark_status(name);
}

runtime::outcome cell_reconciler::contend(const cell_view& view, runtime::outcome then) {
    fail(view,
         reasons::contended,
         fmt::format("something else keeps changing Secret {}/{}; find it and stop it, or exclude the "
                     "namespace",
                     view.where.namespace_name,
                     view.where.secret_name));
    return then;
}

asio::awaitable<runtime::outcome> cell_reconciler::run(cell at) {
    bool confirmed = false;
    std::uint64_t written = 0;  // for what the last write of this run was
    for (int pass = 0; pass < most_passes; ++pass) {
        const auto view = services_.model.look(at);
        const auto decided = decide(view);
        if (decided.what != action::remove) services_.guard.forget(at);
        if (decided.what == action::none) co_return settle(view, decided);

        if (is_destructive(decided) && !confirmed) {
            const auto read = co_await reader_.confirm(view);
            if (read.has_error()) co_return give_up(view, read.error(), judge_read_failure(read.error()));
            confirmed = true;
            continue;
        }
        if (decided.what == action::remove && is_held_back(view)) co_return runtime::outcome::done();
        const auto pause =
            pause_before_repair(view, written == wish_of(view), std::chrono::steady_clock::now());
        if (pause > runtime::duration::zero())
            co_return contend(view, runtime::outcome::requeue_after(pause));
        const auto done = co_await carry_out(view, decided);
        if (done.has_value()) {
            written = wish_of(view);
            continue;
        }
        const auto why = judge_refusal(done.error(), verb_of(decided.what));
        if (why.next != next_step::look_again) co_return give_up(view, done.error(), why);
        const auto read = co_await reader_.read_copy(at);
        if (read.has_error()) co_return give_up(view, read.error(), judge_read_failure(read.error()));
    }
    co_return contend(services_.model.look(at), runtime::outcome::retry());
}

}  // namespace reconcile
