// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/account_ledger.hpp"

#include "reconcile/reasons.hpp"
#include "reconcile/state/wish.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace reconcile {

namespace {

std::vector<std::uint64_t> specs_behind(const account_view& view) {
    std::vector<std::uint64_t> specs;
    specs.reserve(view.wanting.size());
    for (const auto& object : view.wanting)
        specs.push_back(spec_of(*object));
    return specs;
}

bool has(const account_view& view, entry_wish wish) {
    return std::ranges::find(view.entries, wish, &pull_entry::wish) != view.entries.end();
}

}  // namespace

std::set<std::string> concerned_by(const account_view& view, const std::string& about) {
    std::set<std::string> names;
    for (const auto* objects : {&view.wanting, &view.others}) {
        for (const auto& object : *objects) {
            if (about.empty() || object->secret_name == about) names.insert(object->meta.name);
        }
    }
    return names;
}

/// Whoever was told of a failure here learns that it is over.
void account_ledger::mark_told(const account& at) const {
    const auto* known = services_.known.table().find(at);
    if (known == nullptr || known->failure == nullptr) return;
    for (const auto& name : known->failure->concerned)
        services_.mark_status(name);
}

void account_ledger::fail(const account_view& view,
                          std::string_view reason,
                          std::string message,
                          const std::string& about) {
    const auto* known = services_.known.table().find(view.where);
    const auto concerned = concerned_by(view, about);
    if (known == nullptr || known->failure == nullptr || known->failure->reason != reason) {
        services_.log.warn("a ServiceAccount is not as it should be",
                           {{"object", fmt::format("{}", fmt::join(concerned, ","))},
                            {"namespace", view.where.namespace_name},
                            {"name", view.where.name},
                            {"reason", reason},
                            {"message", message}});
    }
    mark_told(view.where);  // whom the failure that this one replaces concerned
    for (const auto& name : concerned)
        services_.mark_status(name);
    services_.known.table().failed(view.where,
                                   {.reason = std::string(reason),
                                    .message = std::move(message),
                                    .since = runtime::rfc3339(services_.clock()),
                                    .concerned = {concerned.begin(), concerned.end()}});
}

void account_ledger::settle(const account_view& view, const account_plan& decided) {
    auto& table = services_.known.table();
    if (!decided.reason.empty()) {
        fail(view, decided.reason, decided.message, decided.about);
        return;
    }
    mark_told(view.where);
    if (view.wanting.empty()) {
        // Whose end is awaited is known by what was known of it when all was right.
        if (!has(view, entry_wish::undecided)) table.forget(view.where);
        return;
    }
    const auto* known = table.find(view.where);
    const bool news = known == nullptr || known->now != account_record::state::patched;
    const std::string healed =
        known != nullptr && known->failure != nullptr ? known->failure->reason : std::string{};
    table.patched(view.where, wish_of(view), specs_behind(view));
    if (!news) return;
    for (const auto& name : concerned_by(view, {}))
        services_.mark_status(name);
    if (healed == reasons::forbidden || healed == reasons::unreachable) spread_the_news(healed);
}

void account_ledger::drop(const account& at) {
    mark_told(at);
    services_.known.table().forget(at);
}

/// What kept one back may be gone for the others too: they need not wait for their time.
void account_ledger::spread_the_news(const std::string& healed) {
    if (!spread_.allows(healed, std::chrono::steady_clock::now())) return;
    services_.known.table().for_each_failed([&](const account& other, const cell_failure& why) {
        if (why.reason == healed) services_.mark_account(other, runtime::lane::bulk);
    });
}

void account_ledger::tell(const account_view& view, const account_plan& decided) {
    const auto tell_of =
        [&](const std::vector<std::string>& secrets, deed what, const contributor_list& whom) {
            for (const auto& secret : secrets) {
                for (const auto& object : whom) {
                    if (object->secret_name != secret) continue;
                    services_.news.did(object->meta.name,
                                       what,
                                       {.namespace_name = view.where.namespace_name, .secret_name = secret});
                }
            }
        };
    tell_of(decided.gains, deed::listed, view.wanting);
    tell_of(decided.losses, deed::unlisted, view.others);
    for (const auto& name : concerned_by(view, {}))
        services_.mark_status(name);
}

}  // namespace reconcile
