// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/result_table.hpp"

#include <algorithm>
#include <utility>

namespace reconcile {

namespace {

bool concerns(const failure& problem, const std::string& credential) {
    return std::ranges::find(problem.credentials, credential) != problem.credentials.end();
}

void keep_time(failure& problem, const failure* earlier) {
    if (earlier != nullptr && earlier->reason == problem.reason) problem.since = earlier->since;
}

/// The list to keep; each failure has the time of an earlier one with the same reason.
std::unique_ptr<const std::vector<failure>> since_first_seen(const result_record& before,
                                                             std::vector<failure> failures) {
    if (failures.empty()) return nullptr;
    for (auto& problem : failures)
        keep_time(problem, before.failure_of(problem.credentials.front()));
    return std::make_unique<const std::vector<failure>>(std::move(failures));
}

}  // namespace

const failure* result_record::failure_of(const std::string& credential) const {
    if (last_failure != nullptr && concerns(*last_failure, credential)) return last_failure.get();
    if (own_failures == nullptr) return nullptr;
    const auto found =
        std::ranges::find_if(*own_failures, [&](const failure& each) { return concerns(each, credential); });
    return found == own_failures->end() ? nullptr : &*found;
}

void result_record::for_each_failure(const std::function<void(const failure&)>& visit) const {
    if (last_failure != nullptr) visit(*last_failure);
    if (own_failures != nullptr) std::ranges::for_each(*own_failures, visit);
}

const result_record* result_table::find(const runtime::object_key& key) const {
    const auto found = records_.find(key);
    return found == records_.end() ? nullptr : &found->second;
}

bool result_table::is_synced(const runtime::object_key& key) const {
    const auto* record = find(key);
    return record != nullptr && record->now == result_record::state::synced;
}

void result_table::synced(const runtime::object_key& key,
                          std::uint64_t desired,
                          selection_list selections,
                          std::vector<failure> own_failures) {
    auto& record = records_[key];
    record = {.now = result_record::state::synced,
              .desired = desired,
              .selections = share(std::move(selections)),
              .last_failure = nullptr,
              .own_failures = since_first_seen(record, std::move(own_failures))};
}

void result_table::failed(const runtime::object_key& key,
                          failure problem,
                          selection_list selections,
                          std::vector<failure> own_failures) {
    auto& record = records_[key];
    if (!selections.empty()) record.selections = share(std::move(selections));
    keep_time(problem,
              problem.credentials.empty() ? record.last_failure.get()
                                          : record.failure_of(problem.credentials.front()));
    record.own_failures = since_first_seen(record, std::move(own_failures));
    record.last_failure = std::make_unique<const failure>(std::move(problem));
    record.now = result_record::state::failed;
}

void result_table::mark_stale(const runtime::object_key& key) {
    const auto found = records_.find(key);
    if (found != records_.end() && found->second.now == result_record::state::synced)
        found->second.now = result_record::state::pending;
}

void result_table::unwanted(const runtime::object_key& key) {
    const auto found = records_.find(key);
    if (found == records_.end()) return;
    found->second.now = result_record::state::pending;
    found->second.last_failure = nullptr;
    found->second.own_failures = nullptr;
}

void result_table::for_each_failed(
    const std::function<void(const runtime::object_key&, const failure&)>& visit) const {
    for (const auto& [key, record] : records_) {
        if (record.last_failure != nullptr) visit(key, *record.last_failure);
    }
}

void result_table::for_each(
    const std::function<void(const runtime::object_key&, const result_record&)>& visit) const {
    for (const auto& [key, record] : records_)
        visit(key, record);
}

selection_set result_table::share(selection_list selections) {
    if (shared_.size() >= sweep_at_) {
        std::erase_if(shared_, [](const auto& entry) { return entry.second.expired(); });
        sweep_at_ = std::max<std::size_t>(64, 2 * shared_.size());
    }
    const auto known = shared_.find(selections);
    if (known != shared_.end()) {
        if (auto found = known->second.lock()) return found;
        shared_.erase(known);  // its specs may be of others with the same rules
    }
    auto made = std::make_shared<const selection_list>(with_rules_alone(std::move(selections)));
    shared_.emplace(*made, made);
    return made;
}

}  // namespace reconcile
