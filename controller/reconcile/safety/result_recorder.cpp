// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/result_recorder.hpp"

#include "util/timestamp.hpp"

#include <algorithm>
#include <utility>

namespace reconcile {

void result_recorder::update_statuses(const std::set<std::string>& credentials) const {
    for (const auto& name : credentials)
        services_.queues.update_status(name);
}

/// Queues the statuses that show the last failure: it is over, or another one follows.
void result_recorder::update_statuses_of_failure(const runtime::object_key& key) const {
    const auto* known = services_.results.find(key);
    if (known == nullptr) return;
    known->for_each_failure([this](const failure& problem) {
        for (const auto& name : problem.credentials)
            services_.queues.update_status(name);
    });
}

failure result_recorder::as_failure(cause problem, std::vector<std::string> credentials) const {
    return {.reason = std::string(problem.reason),
            .message = std::move(problem.message),
            .since = util::write_time(services_.clock()),
            .credentials = std::move(credentials)};
}

std::vector<failure> result_recorder::as_failures(const runtime::object_key& key,
                                                  std::vector<own_failure> own_failures,
                                                  runtime::time_point now) {
    const auto* known = services_.results.find(key);
    std::vector<failure> kept;
    for (auto& [problem, credential] : own_failures) {
        const auto* before = known == nullptr ? nullptr : known->failure_of(credential);
        auto made = as_failure(std::move(problem), {credential});
        if (before == nullptr || before->reason != made.reason) failure_log_.failed(key, made, now);
        kept.push_back(std::move(made));
    }
    return kept;
}

void result_recorder::failed(const runtime::object_key& key,
                             cause problem,
                             const std::set<std::string>& credentials,
                             selection_list selections,
                             runtime::time_point now,
                             std::vector<own_failure> own_failures) {
    failure_log_.summarize(now);
    auto made = as_failure(std::move(problem), {credentials.begin(), credentials.end()});
    const auto* known = services_.results.find(key);
    if (known == nullptr || known->last_failure == nullptr || known->last_failure->reason != made.reason) {
        failure_log_.failed(key, made, now);
        if (services_.on_new_failure) services_.on_new_failure(key);
    }
    auto own = as_failures(key, std::move(own_failures), now);
    update_statuses_of_failure(key);
    update_statuses(credentials);
    services_.results.failed(key, std::move(made), std::move(selections), std::move(own));
    update_statuses_of_failure(key);
}

bool result_recorder::synced(const runtime::object_key& key,
                             std::uint64_t desired,
                             selection_list selections,
                             const std::set<std::string>& credentials,
                             runtime::time_point now,
                             std::vector<own_failure> own_failures) {
    failure_log_.summarize(now);
    const auto* known = services_.results.find(key);
    const bool is_news = known == nullptr || known->now != result_record::state::synced;
    const std::string healed =
        known != nullptr && known->last_failure != nullptr ? known->last_failure->reason : std::string{};
    auto kept = as_failures(key, std::move(own_failures), now);
    update_statuses_of_failure(key);
    services_.results.synced(key, desired, std::move(selections), std::move(kept));
    update_statuses_of_failure(key);
    if (!is_news) return false;
    update_statuses(credentials);
    if (healed == reasons::forbidden || healed == reasons::server_unavailable)
        requeue_same_failures(healed, now);
    return true;
}

/// The cause of one failure may be gone for the others too: they are retried at once.
void result_recorder::requeue_same_failures(const std::string& reason, runtime::time_point now) {
    if (!requeued_.allows(reason, now)) return;
    services_.results.for_each_failed([&](const runtime::object_key& other, const failure& problem) {
        if (problem.reason == reason) services_.queue.add(other, runtime::priority::bulk);
    });
}

void result_recorder::unwanted(const runtime::object_key& key) {
    update_statuses_of_failure(key);
    services_.results.unwanted(key);
}

void result_recorder::forget(const runtime::object_key& key) {
    update_statuses_of_failure(key);
    services_.results.forget(key);
}

}  // namespace reconcile
