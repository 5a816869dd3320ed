// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/event_aggregator.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>

namespace reconcile {

namespace {

constexpr std::size_t names_shown = 3;

struct wording {
    const char* reason;
    const char* action;
    const char* verb;
    const char* place = "in";
};

const wording& words_for(write_kind kind) {
    static constexpr std::array<wording, 7> words{{{"Created", "CreateSecret", "Created"},
                                                   {"Updated", "UpdateSecret", "Updated"},
                                                   {"Recreated", "RecreateSecret", "Recreated"},
                                                   {"Adopted", "AdoptSecret", "Adopted"},
                                                   {"Removed", "DeleteSecret", "Deleted"},
                                                   {"ServiceAccountsPatched",
                                                    "PatchServiceAccount",
                                                    "Added",
                                                    "to imagePullSecrets of ServiceAccounts in"},
                                                   {"ServiceAccountsPatched",
                                                    "PatchServiceAccount",
                                                    "Removed",
                                                    "from imagePullSecrets of ServiceAccounts in"}}};
    return words.at(static_cast<std::size_t>(kind));
}

}  // namespace

void event_aggregator::record(const std::string& credential,
                              write_kind kind,
                              const runtime::object_key& secret) {
    auto& entry = written_[credential][{kind, secret.name}];
    const bool is_new = entry.namespaces.insert(std::hash<std::string>{}(secret.namespace_name)).second;
    if (is_new && entry.first.size() < names_shown) entry.first.push_back(secret.namespace_name);
}

std::vector<credential_event> event_aggregator::collect(const std::string& credential) {
    std::vector<credential_event> events;
    const auto found = written_.find(credential);
    if (found == written_.end()) return events;
    for (const auto& [key, entry] : found->second) {
        const auto& [kind, secret_name] = key;
        const auto& words = words_for(kind);
        const auto count = entry.namespaces.size();
        const auto rest = count - entry.first.size();
        events.push_back({.warning = false,
                          .reason = words.reason,
                          .action = words.action,
                          .note = fmt::format("{} Secret {} {} {} namespace{}: {}{}",
                                              words.verb,
                                              secret_name,
                                              words.place,
                                              count,
                                              count == 1 ? "" : "s",
                                              fmt::join(entry.first, ", "),
                                              rest == 0 ? "" : fmt::format(" and {} more", rest))});
    }
    written_.erase(found);
    return events;
}

}  // namespace reconcile
