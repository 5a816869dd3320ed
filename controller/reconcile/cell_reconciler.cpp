// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/cell_reconciler.hpp"

#include "reconcile/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

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

/// The RegistryCredentials on whose account something is done: those that want the Secret, or had it made.
std::string names_of(const cell_view& view) {
    std::string names;
    const auto add = [&names](const std::string& name) { names += (names.empty() ? "" : ",") + name; };
    for (const auto& contributor : view.contributors)
        add(contributor->meta.name);
    if (!view.contributors.empty() || view.present == nullptr) return names;
    for (const auto& reference : view.present->meta.owner_references) {
        if (is_registry_credential(reference)) add(reference.name);
    }
    return names;
}

bool is_destructive(action what) {
    return what == action::remove || what == action::recreate;
}

/// Stands for everything that a cell's Secret depends on but the Secret itself.
std::uint64_t wish_of(const cell_view& view) {
    std::uint64_t wish = 0;
    const auto mix = [&wish](std::uint64_t value) { wish = (wish ^ value) * 0x9E3779B97F4A7C15ULL; };
    for (const auto byte : view.desired.digest)
        mix(byte);
    for (const auto& contributor : view.contributors) {
        mix(std::hash<std::string>{}(contributor->meta.uid));
        mix(static_cast<std::uint64_t>(contributor->meta.generation));
    }
    return wish;
}

/// Somebody must act, and does not tell when it is done: ask now and then.
runtime::duration long_wait(unsigned failures) {
    constexpr std::chrono::seconds first{1};
    constexpr std::chrono::seconds longest{300};
    return std::min<std::chrono::seconds>(first * (1U << std::min(failures, 9U)), longest);
}

}  // namespace

void cell_reconciler::mark_concerned(const cell_view& view) const {
    for (const auto& contributor : view.contributors)
        services_.mark_status(contributor->meta.name);
}

void cell_reconciler::fail(const cell_view& view, std::string_view reason, std::string message) {
    const auto* known = services_.model.cells().find(view.where);
    if (known == nullptr || known->failure == nullptr || known->failure->reason != reason) {
        services_.log.warn("a Secret is not as it should be",
                           {{"object", names_of(view)},
                            {"namespace", view.where.namespace_name},
                            {"name", view.where.secret_name},
                            {"reason", reason},
                            {"message", message}});
    }
    services_.model.cells().failed(
        view.where, reason, std::move(message), runtime::rfc3339(services_.clock()));
    mark_concerned(view);
}

runtime::outcome cell_reconciler::settle(const cell_view& view, const plan& decided) {
    auto& cells = services_.model.cells();
    if (!view.namespace_usable || view.contributors.empty()) {
        cells.forget(view.where);
        contention_.forget(view.where);
        return runtime::outcome::done();
    }
    if (!decided.reason.empty()) {
        fail(view, decided.reason, decided.message);
        return runtime::outcome::done();
    }
    const auto* known = cells.find(view.where);
    const bool news = known == nullptr || known->now != cell_record::state::synced;
    const std::string healed =
        known != nullptr && known->failure != nullptr ? known->failure->reason : std::string{};
    cells.synced(view.where, wish_of(view));
    if (!news) return runtime::outcome::done();
    mark_concerned(view);
    services_.model.settled(view.where);
    // What kept this one back may be gone for the others too: they need not wait for their time.
    if (healed == reasons::forbidden || healed == reasons::unreachable) {
        cells.for_each_failed(healed,
                              [this](const cell& other) { services_.mark_cell(other, runtime::lane::bulk); });
    }
    return runtime::outcome::done();
}

runtime::outcome cell_reconciler::give_up(const cell_view& view,
                                          const kube::error& error,
                                          const refusal& why) {
    if (why.next == next_step::drop) {
        services_.model.cells().forget(view.where);
        return runtime::outcome::done();
    }
    fail(view, why.reason, why.message);
    if (why.next == next_step::wait_long) {
        return runtime::outcome::retry_not_before(long_wait(services_.failures(view.where)));
    }
    return error.retry_after ? runtime::outcome::retry_not_before(*error.retry_after)
                             : runtime::outcome::retry();
}

/// A Secret that was right and is not, though nothing else is desired now, was changed by somebody.
runtime::duration cell_reconciler::pause_before_repair(const cell_view& view, runtime::time_point now) {
    const auto* known = services_.model.cells().find(view.where);
    const bool was_right =
        known != nullptr && known->now == cell_record::state::synced && known->wish == wish_of(view);
    const bool is_waiting =
        known != nullptr && known->failure != nullptr && known->failure->reason == reasons::contended;
    if (!was_right && !is_waiting) return {};
    const auto pause = contention_.wait(view.where, now);
    if (pause == runtime::duration::zero()) contention_.repaired(view.where, now);
    return pause;
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
                            {"object", names_of(view)},
                            {"namespace", view.where.namespace_name},
                            {"name", view.where.secret_name},
                            {"duration_ms", std::chrono::steady_clock::now() - started}});
    }
    co_return done;
}

void cell_reconciler::tell(const cell_view& view, const plan& decided) {
    for (const auto& contributor : view.contributors) {
        services_.news.did(contributor->meta.name, deed_of(decided), view.where.namespace_name);
        services_.mark_status(contributor->meta.name);
    }
    if (decided.what == action::remove) {
        for (const auto& reference : view.present->meta.owner_references) {
            if (!is_registry_credential(reference)) continue;
            services_.news.did(reference.name, deed::removed, view.where.namespace_name);
            services_.mark_status(reference.name);
        }
    }
}

asio::awaitable<runtime::outcome> cell_reconciler::run(cell at) {
    bool confirmed = false;
    for (int pass = 0; pass < most_passes; ++pass) {
        const auto view = services_.model.look(at);
        const auto decided = decide(view);
        if (decided.what == action::none) co_return settle(view, decided);

        if (is_destructive(decided.what) && !confirmed) {
            const auto read = co_await reader_.confirm(view);
            if (read.has_error()) co_return give_up(view, read.error(), judge_refusal(read.error(), "read"));
            confirmed = true;
            continue;
        }
        const auto pause = pause_before_repair(view, std::chrono::steady_clock::now());
        if (pause > runtime::duration::zero()) {
            fail(view,
                 reasons::contended,
                 fmt::format("something else keeps changing Secret {}/{}; find it and stop it, or exclude "
                             "the namespace",
                             at.namespace_name,
                             at.secret_name));
            co_return runtime::outcome::requeue_after(pause);
        }
        const auto done = co_await carry_out(view, decided);
        if (done.has_value()) continue;
        const auto why = judge_refusal(done.error(), verb_of(decided.what));
        if (why.next != next_step::look_again) co_return give_up(view, done.error(), why);
        const auto read = co_await reader_.read_copy(at);
        if (read.has_error()) co_return give_up(view, read.error(), judge_refusal(read.error(), "read"));
    }
    co_return runtime::outcome::retry();
}

}  // namespace reconcile
