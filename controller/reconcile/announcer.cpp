// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/announcer.hpp"

#include "reconcile/reasons.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace reconcile {

namespace {

constexpr std::size_t names_shown = 3;

struct wording {
    const char* reason;
    const char* action;
    const char* verb;
};

const wording& words_for(std::size_t what) {
    static constexpr std::array<wording, deed_count> words{
        {{"Created", "CreateSecret", "Created"},
         {"Updated", "UpdateSecret", "Updated"},
         {"Recreated", "RecreateSecret", "Deleted and created anew"},
         {"Adopted", "AdoptSecret", "Took over the foreign"},
         {"Removed", "DeleteSecret", "Deleted"}}};
    return words.at(what);
}

const kube::condition* find(const std::vector<kube::condition>& conditions, std::string_view type) {
    const auto found = std::ranges::find(conditions, type, &kube::condition::type);
    return found == conditions.end() ? nullptr : &*found;
}

}  // namespace

void announcer::did(const std::string& credential, deed what, const std::string& namespace_name) {
    auto& entry = done_[credential].at(static_cast<std::size_t>(what));
    ++entry.count;
    if (entry.first.size() < names_shown) entry.first.push_back(namespace_name);
}

std::vector<announcement> announcer::collect(const kube::registry_credential& credential) {
    std::vector<announcement> lines;
    const auto found = done_.find(credential.meta.name);
    if (found == done_.end()) return lines;
    for (std::size_t what = 0; what < deed_count; ++what) {
        const auto& entry = found->second.at(what);
        if (entry.count == 0) continue;
        const auto& words = words_for(what);
        const auto rest = entry.count - entry.first.size();
        lines.push_back({.warning = false,
                         .reason = words.reason,
                         .action = words.action,
                         .note = fmt::format("{} Secret {} in {} namespace{}: {}{}",
                                             words.verb,
                                             credential.secret_name,
                                             entry.count,
                                             entry.count == 1 ? "" : "s",
                                             fmt::join(entry.first, ", "),
                                             rest == 0 ? "" : fmt::format(" and {} more", rest))});
    }
    done_.erase(found);
    return lines;
}

std::vector<announcement> tell_changes(const std::vector<kube::condition>& before,
                                       const std::vector<kube::condition>& after) {
    std::vector<announcement> lines;
    for (const std::string_view type : {"SourcesValid", "Synced"}) {
        const auto* now = find(after, type);
        if (now == nullptr || now->status != "False" || now->reason == reasons::progressing) continue;
        const auto* then = find(before, type);
        const bool known = then != nullptr && then->status == "False" && then->reason == now->reason;
        if (!known)
            lines.push_back(
                {.warning = true, .reason = now->reason, .action = "Reconcile", .note = now->message});
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
