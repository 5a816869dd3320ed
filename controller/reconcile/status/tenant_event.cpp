// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/tenant_event.hpp"

#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace reconcile {

namespace {

std::string names_of(const std::vector<std::string>& credentials) {
    constexpr std::size_t names_shown = 3;
    const std::span shown(credentials.data(), std::min(credentials.size(), names_shown));
    const auto rest = credentials.size() - shown.size();
    return fmt::format("RegistryCredential{} {}{}",
                       credentials.size() == 1 ? "" : "s",
                       fmt::join(shown, ", "),
                       rest == 0 ? "" : fmt::format(" and {} more", rest));
}

std::string note_for(const failure& problem) {
    auto note = fmt::format("{}: {}", names_of(problem.credentials), problem.message);
    if (problem.reason == reasons::denied)
        note +=
            "; ask whoever runs this admission webhook or policy to allow the Secret, or to repair the "
            "webhook if it does not answer";
    return note;
}

}  // namespace

std::optional<runtime::object_event> tenant_event(const runtime::object_key& secret,
                                                  const failure& problem,
                                                  const std::string& uid) {
    constexpr std::array told{reasons::conflict, reasons::denied, reasons::quota_exceeded};
    if (std::ranges::find(told, problem.reason) == told.end()) return std::nullopt;
    runtime::object_event event{.regarding = {.api_version = "v1",
                                              .kind = "Secret",
                                              .namespace_name = secret.namespace_name,
                                              .name = secret.name,
                                              .uid = uid},
                                .type = kube::event_type::warning,
                                .reason = problem.reason,
                                .action = "Reconcile",
                                .note = note_for(problem),
                                .identity = {}};
    event.identity = std::hash<std::string>{}(event.reason + event.note);
    return event;
}

std::optional<runtime::object_key> tenant_event_queue::take(runtime::time_point now) {
    if (waiting_.empty() || now < next_) return std::nullopt;
    next_ = now + interval;
    return waiting_.extract(waiting_.begin()).value();
}

runtime::time_point tenant_event_queue::due() const noexcept {
    return waiting_.empty() ? runtime::time_point::max() : next_;
}

}  // namespace reconcile
