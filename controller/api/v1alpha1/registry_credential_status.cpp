// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "api/v1alpha1/registry_credential.hpp"
#include "kube/fields.hpp"

#include <algorithm>
#include <utility>

namespace v1alpha1 {

namespace {

constexpr std::size_t most_registries = 32;
constexpr std::size_t most_failures = 20;
constexpr std::size_t most_affected_pods = 20;
constexpr std::size_t most_conditions = 16;

// Reads one member after another and remembers only whether all were right: a bad status has no reader who
// wants to know where.
class lenient_reader {
 public:
    explicit lenient_reader(const kube::fields& from) : from_(from) {}

    [[nodiscard]] std::string text(std::string_view name) {
        auto read = keep(from_.text(name));
        return std::move(read).value_or(std::string{});
    }
    [[nodiscard]] std::int64_t count(std::string_view name) { return count_if_known(name).value_or(0); }
    [[nodiscard]] std::optional<std::int64_t> count_if_known(std::string_view name) {
        const auto read = keep(from_.integer(name));
        good_ = good_ && read.value_or(0) >= 0;
        return read;
    }
    [[nodiscard]] bool good() const noexcept { return good_; }

 private:
    template <class T>
    std::optional<T> keep(kube::result<std::optional<T>> read) {
        good_ = good_ && read.has_value();
        return read ? std::move(*read) : std::nullopt;
    }

    const kube::fields& from_;
    bool good_ = true;
};

std::optional<kube::condition> read_condition(const kube::fields& from) {
    lenient_reader reader(from);
    kube::condition read{reader.text("type"),
                         reader.text("status"),
                         reader.text("reason"),
                         reader.text("message"),
                         reader.count("observedGeneration"),
                         reader.text("lastTransitionTime")};
    const bool known = read.status == "True" || read.status == "False" || read.status == "Unknown";
    return reader.good() && known && !read.type.empty() ? std::optional{std::move(read)} : std::nullopt;
}

std::optional<namespace_failure> read_failure(const kube::fields& from) {
    lenient_reader reader(from);
    namespace_failure read{
        reader.text("namespace"), reader.text("reason"), reader.text("message"), reader.text("since")};
    return reader.good() && !read.namespace_name.empty() ? std::optional{std::move(read)} : std::nullopt;
}

std::optional<affected_pod> read_affected_pod(const kube::fields& from) {
    lenient_reader reader(from);
    affected_pod read{reader.text("namespace"),
                      reader.text("pod"),
                      reader.text("secret"),
                      reader.text("reason"),
                      reader.text("lastSeen")};
    const bool named = !read.namespace_name.empty() && !read.pod.empty();
    return reader.good() && named ? std::optional{std::move(read)} : std::nullopt;
}

template <class T>
bool read_list(const kube::fields& status,
               std::string_view name,
               std::size_t most,
               std::optional<T> (*read_one)(const kube::fields&),
               std::vector<T>& into) {
    const auto each = status.objects(name);
    if (!each || each->size() > most) return false;
    for (const auto& from : *each) {
        auto read = read_one(from);
        if (!read) return false;
        into.push_back(std::move(*read));
    }
    return true;
}

bool read_service_account_counts(const kube::fields& status, registry_credential_status& into) {
    if (!status.has("serviceAccounts")) return true;
    const auto from = status.object("serviceAccounts");
    if (!from) return false;
    lenient_reader counts(*from);
    into.service_accounts = {counts.count("selected"), counts.count("patched"), counts.count("failed")};
    return counts.good();
}

bool read_parts(const kube::fields& from, registry_credential_status& into) {
    lenient_reader reader(from);
    into.observed_generation = reader.count("observedGeneration");
    into.registry_summary = reader.text("registrySummary");
    into.summary = reader.text("summary");
    into.pull_failures = reader.count_if_known("pullFailures");
    auto registries = from.texts("registries");
    if (!registries || registries->size() > most_registries) return false;
    into.registries = std::move(*registries);
    const auto namespaces = from.object("namespaces");
    if (!namespaces) return false;
    lenient_reader counts(*namespaces);
    into.namespaces = {counts.count("selected"), counts.count("synced"), counts.count("failed")};
    return read_service_account_counts(from, into) && reader.good() && counts.good() &&
           read_list(from, "failures", most_failures, read_failure, into.failures) &&
           read_list(from, "affectedPods", most_affected_pods, read_affected_pod, into.affected_pods) &&
           read_list(from, "conditions", most_conditions, read_condition, into.conditions);
}

kube::json write_condition(const kube::condition& what) {
    return {{"type", what.type},
            {"status", what.status},
            {"observedGeneration", what.observed_generation},
            {"lastTransitionTime", what.last_transition_time},
            {"reason", what.reason},
            {"message", what.message}};
}

kube::json write_failure(const namespace_failure& what) {
    return {{"namespace", what.namespace_name},
            {"reason", what.reason},
            {"message", what.message},
            {"since", what.since}};
}

kube::json write_affected_pod(const affected_pod& what) {
    return {{"namespace", what.namespace_name},
            {"pod", what.pod},
            {"secret", what.secret},
            {"reason", what.reason},
            {"lastSeen", what.last_seen}};
}

}  // namespace

registry_credential_status read_status(const kube::json& object) {
    const auto status = kube::fields(object, {}).object("status");
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
