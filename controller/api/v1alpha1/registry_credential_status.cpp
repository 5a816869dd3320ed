// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "api/v1alpha1/registry_credential.hpp"
#include "kube/field_reader.hpp"

#include <algorithm>
#include <utility>

namespace v1alpha1 {

namespace {

constexpr std::size_t max_registries = 32;
constexpr std::size_t max_failures = 20;
constexpr std::size_t max_affected_pods = 20;
constexpr std::size_t max_conditions = 16;

/// Reads one field after another and remembers only whether all were valid: no message says which was not.
class lenient_reader {
 public:
    explicit lenient_reader(const kube::field_reader& from) : from_(from) {}

    [[nodiscard]] std::string get_string(std::string_view name) {
        auto read = keep(from_.get_string(name));
        return std::move(read).value_or(std::string{});
    }
    [[nodiscard]] std::int64_t get_count(std::string_view name) {
        return get_optional_count(name).value_or(0);
    }
    [[nodiscard]] std::optional<std::int64_t> get_optional_count(std::string_view name) {
        const auto read = keep(from_.get_integer(name));
        valid_ = valid_ && read.value_or(0) >= 0;
        return read;
    }
    [[nodiscard]] bool valid() const noexcept { return valid_; }

 private:
    template <class T>
    std::optional<T> keep(kube::result<std::optional<T>> read) {
        valid_ = valid_ && read.has_value();
        return read ? std::move(*read) : std::nullopt;
    }

    const kube::field_reader& from_;
    bool valid_ = true;
};

std::optional<kube::condition> read_condition(const kube::field_reader& from) {
    lenient_reader reader(from);
    kube::condition read{reader.get_string("type"),
                         reader.get_string("status"),
                         reader.get_string("reason"),
                         reader.get_string("message"),
                         reader.get_count("observedGeneration"),
                         reader.get_string("lastTransitionTime")};
    const bool known = read.status == "True" || read.status == "False" || read.status == "Unknown";
    return reader.valid() && known && !read.type.empty() ? std::optional{std::move(read)} : std::nullopt;
}

std::optional<namespace_failure> read_failure(const kube::field_reader& from) {
    lenient_reader reader(from);
    namespace_failure read{reader.get_string("namespace"),
                           reader.get_string("reason"),
                           reader.get_string("message"),
                           reader.get_string("since")};
    return reader.valid() && !read.namespace_name.empty() ? std::optional{std::move(read)} : std::nullopt;
}

std::optional<affected_pod> read_affected_pod(const kube::field_reader& from) {
    lenient_reader reader(from);
    affected_pod read{reader.get_string("namespace"),
                      reader.get_string("pod"),
                      reader.get_string("secret"),
                      reader.get_string("reason"),
                      reader.get_string("lastSeen")};
    const bool named = !read.namespace_name.empty() && !read.pod.empty();
    return reader.valid() && named ? std::optional{std::move(read)} : std::nullopt;
}

template <class T>
bool read_list(const kube::field_reader& status,
               std::string_view name,
               std::size_t max_entries,
               std::optional<T> (*read_one)(const kube::field_reader&),
               std::vector<T>& into) {
    const auto each = status.get_objects(name);
    if (!each || each->size() > max_entries) return false;
    for (const auto& from : *each) {
        auto read = read_one(from);
        if (!read) return false;
        into.push_back(std::move(*read));
    }
    return true;
}

bool read_service_account_counts(const kube::field_reader& status, registry_credential_status& into) {
    if (!status.has("serviceAccounts")) return true;
    const auto from = status.get_object("serviceAccounts");
    if (!from) return false;
    lenient_reader counts(*from);
    into.service_accounts = {
        counts.get_count("selected"), counts.get_count("patched"), counts.get_count("failed")};
    return counts.valid();
}

bool read_parts(const kube::field_reader& from, registry_credential_status& into) {
    lenient_reader reader(from);
    into.observed_generation = reader.get_count("observedGeneration");
    into.registry_summary = reader.get_string("registrySummary");
    into.summary = reader.get_string("summary");
    into.pull_failures = reader.get_optional_count("pullFailures");
    auto registries = from.get_strings("registries");
    if (!registries || registries->size() > max_registries) return false;
    into.registries = std::move(*registries);
    const auto namespaces = from.get_object("namespaces");
    if (!namespaces) return false;
    lenient_reader counts(*namespaces);
    into.namespaces = {counts.get_count("selected"), counts.get_count("synced"), counts.get_count("failed")};
    return read_service_account_counts(from, into) && reader.valid() && counts.valid() &&
           read_list(from, "failures", max_failures, read_failure, into.failures) &&
           read_list(from, "affectedPods", max_affected_pods, read_affected_pod, into.affected_pods) &&
           read_list(from, "conditions", max_conditions, read_condition, into.conditions);
}

kube::json write_condition(const kube::condition& condition) {
    return {{"type", condition.type},
            {"status", condition.status},
            {"observedGeneration", condition.observed_generation},
            {"lastTransitionTime", condition.last_transition_time},
            {"reason", condition.reason},
            {"message", condition.message}};
}

kube::json write_failure(const namespace_failure& failure) {
    return {{"namespace", failure.namespace_name},
            {"reason", failure.reason},
            {"message", failure.message},
            {"since", failure.since}};
}

kube::json write_affected_pod(const affected_pod& pod) {
    return {{"namespace", pod.namespace_name},
            {"pod", pod.pod},
            {"secret", pod.secret},
            {"reason", pod.reason},
            {"lastSeen", pod.last_seen}};
}

}  // namespace

registry_credential_status read_status(const kube::json& object) {
    const auto status = kube::field_reader(object, {}).get_object("status");
    registry_credential_status read;
    if (!status || !read_parts(*status, read)) return {};
    return read;
}

kube::json write_status(const registry_credential_status& status) {
    kube::json::array_t conditions;
    std::ranges::transform(status.conditions, std::back_inserter(conditions), write_condition);
    kube::json::array_t failures;
    std::ranges::transform(status.failures, std::back_inserter(failures), write_failure);
    kube::json::array_t affected_pods;
    std::ranges::transform(status.affected_pods, std::back_inserter(affected_pods), write_affected_pod);
    kube::json written = {{"observedGeneration", status.observed_generation},
                          {"registries", status.registries},
                          {"registrySummary", status.registry_summary},
                          {"namespaces",
                           {{"selected", status.namespaces.selected},
                            {"synced", status.namespaces.synced},
                            {"failed", status.namespaces.failed}}},
                          {"summary", status.summary},
                          {"failures", std::move(failures)},
                          {"affectedPods", std::move(affected_pods)},
                          {"conditions", std::move(conditions)}};
    if (status.pull_failures) written.emplace("pullFailures", *status.pull_failures);
    if (const auto& accounts = status.service_accounts) {
        written["serviceAccounts"] = {
            {"selected", accounts->selected}, {"patched", accounts->patched}, {"failed", accounts->failed}};
    }
    return written;
}

}  // namespace v1alpha1
