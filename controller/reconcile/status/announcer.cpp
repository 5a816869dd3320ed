// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/announcer.hpp"

#include "reconcile/reasons.hpp"

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

const wording& words_for(deed what) {
    static constexpr std::array<wording, 7> words{
        {{"Created", "CreateSecret", "Created"},
         {"Updated", "UpdateSecret", "Updated"},
         {"Recreated", "RecreateSecret", "Deleted and created anew"},
         {"Adopted", "AdoptSecret", "Took over the foreign"},
         {"Removed", "DeleteSecret", "Deleted"},
         {"Listed", "PatchServiceAccount", "Listed", "in imagePullSecrets of ServiceAccounts in"},
         {"Unlisted", "PatchServiceAccount", "Took", "out of imagePullSecrets of ServiceAccounts in"}}};
    return words.at(static_cast<std::size_t>(what));
}

const kube::condition* find(const std::vector<kube::condition>& conditions, std::string_view type) {
    const auto found = std::ranges::find(conditions, type, &kube::condition::type);
    return found == conditions.end() ? nullptr : &*found;
}

}  // namespace

void announcer::did(const std::string& credential, deed what, const cell& where) {
    auto& entry = done_[credential][{what, where.secret_name}];
    const bool is_new = entry.namespaces.insert(std::hash<std::string>{}(where.namespace_name)).second;
    if (is_new && entry.first.size() < names_shown) entry.first.push_back(where.namespace_name);
}

std::vector<announcement> announcer::collect(const std::string& credential) {
    std::vector<announcement> lines;
    const auto found = done_.find(credential);
    if (found == done_.end()) return lines;
    for (const auto& [key, entry] : found->second) {
        const auto& [what, secret_name] = key;
        const auto& words = words_for(what);
        const auto count = entry.namespaces.size();
        const auto rest = count - entry.first.size();
        lines.push_back({.warning = false,
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
    done_.erase(found);
    return lines;
}

std::vector<announcement> tell_changes(const std::vector<kube::condition>& before,
                                       const std::vector<kube::condition>& after) {
    std::vector<announcement> lines;
    for (const std::string_view type : {"SourcesValid", "Synced", "ServiceAccountsPatched"}) {
        const auto* now = find(after, type);
        if (now == nullptr || now->status != "False" || now->reason == reasons::progressing) continue;
        const auto* then = find(before, type);
        const bool known = then != nullptr && then->status == "False" && then->reason == now->reason;
        if (!known)
            lines.push_back(
                {.warning = true, .reason = now->reason, .action = "Reconcile", .note = now->message});
    }
    constexpr std::string_view pulls = "FailedToRetrieveImagePullSecret";
    const auto* failing = find(after, pulls);
    if (failing != nullptr && failing->status == "True" && failing->reason != reasons::recovering) {
        const auto* then = find(before, pulls);
        if (then == nullptr || then->status != "True" || then->reason != failing->reason)
            lines.push_back({.warning = true,
                             .reason = failing->reason,
                             .action = "Reconcile",
                             .note = failing->message});
    }
    const auto* ready_then = find(before, "Ready");
    const auto* ready_now = find(after, "Ready");
    if (ready_now != nullptr && ready_now->status == "True" &&
        (ready_then == nullptr || ready_then->status != "True")) {
        lines.push_back(
            {.warning = false, .reason = "Synced", .action = "Reconcile", .note = ready_now->message});
    }
    return lines;
}

}  // namespace reconcile
