// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_watcher.hpp"

#include "kube/api/names.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "reconcile/state/reasons.hpp"
#include "util/timestamp.hpp"

#include <algorithm>
#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

/// Events requeue a missing Secret at most this often: a tenant can write any number of them.
constexpr std::chrono::seconds between_requeues{30};
/// How often a status is computed again while Pods keep failing in the same way.
constexpr std::chrono::seconds between_refreshes{30};

/// This watch has no bookmarks, so a connection that died silently is noticed only when the watch should end.
runtime::watch_policy policy_for_events() {
    runtime::watch_policy policy;
    policy.timeout_min = std::chrono::seconds(120);
    policy.timeout_max = std::chrono::seconds(180);
    policy.relist_period = runtime::duration::zero();
    policy.from_now = true;
    return policy;
}

runtime::time_point steady_now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

pull_watcher::pull_watcher(asio::any_io_executor executor, pull_services services)
    : services_(std::move(services)),
      failures_(services_.random,
                [this](const runtime::object_key& secret) {
                    return reporter_.in_use(secret.name) && services_.state.find_copy(secret) == nullptr;
                }),
      reporter_(services_.state, failures_),
      source_(services_.client,
              [this](bool allowed) {
                  set_events_state(allowed ? event_watch_state::open : event_watch_state::forbidden);
              }),
      sink_([this](const kube::json& object) { take(object); }),
      events_watch_(executor,
                    source_,
                    sink_,
                    services_.log,
                    services_.random,
                    {.name = "events of failed pulls", .policy = policy_for_events(), .on_synced = {}}),
      due_(executor),
      requeues_(between_requeues),
      refreshes_(between_refreshes) {}

void pull_watcher::start(runtime::task_group& tasks) {
    services_.state.credentials().for_each([this](const auto& object) { restore(*object); });
    tasks.spawn(events_watch_.run());
    tasks.spawn(look_at_pods());
}

/// A kubelet may take five minutes to repeat its Event: until then the status keeps the Pods that are known.
void pull_watcher::restore(const v1alpha1::registry_credential& object) {
    using std::chrono::duration_cast;
    if (!reporter_.in_use(object.secret_name)) return;
    for (const auto& pod : object.status.affected_pods) {
        const auto seen = util::read_time(pod.last_seen);
        if (!seen || !kube::is_dns1123_label(pod.namespace_name) || !kube::is_dns1123_subdomain(pod.pod))
            continue;
        const auto age = duration_cast<runtime::duration>(services_.clock() - *seen);
        failures_.restore(
            {.namespace_name = pod.namespace_name,
             .pod = pod.pod,
             .uid = {},
             .secrets = {object.secret_name}},
            steady_now() - std::clamp(age, runtime::duration::zero(), pull_failures::forget_after),
            *seen);
    }
}

void pull_watcher::stop() {
    stopped_ = true;
    events_watch_.stop();
    due_.notify_all();
}

/// Every status says whether Events are watched.
void pull_watcher::set_events_state(event_watch_state state) {
    if (std::exchange(events_state_, state) == state) return;
    services_.state.update_all_statuses();
}

void pull_watcher::take(const kube::json& object) {
    ++events_;
    const auto event =
        read_pull_event(object, [this](std::string_view name) { return reporter_.in_use(name); });
    if (!event) return;
    const auto now = steady_now();
    queue_changed_statuses(failures_.record_event(*event, now, services_.clock()), now);
    for (const auto& name : event->secrets) {
        refresh_statuses(name, now);
        requeue_missing_secret({.namespace_name = event->namespace_name, .name = name}, now);
    }
    if (looks_.look_precedes(due_.deadline(), now)) due_.notify_all();
}

/// A missing Secret goes before all other work, even while it waits for a retry.
void pull_watcher::requeue_missing_secret(const runtime::object_key& secret, runtime::time_point now) {
    if (!reporter_.is_missing(secret) || !requeues_.allows(secret, now)) return;
    services_.log.info("Pod is missing its pull Secret",
                       {{"namespace", secret.namespace_name}, {"name", secret.name}});
    services_.queues.secrets.add(secret, runtime::priority::urgent);
}

void pull_watcher::queue_changed_statuses(const pull_failures::secret_names& secret_names,
                                          runtime::time_point now) {
    for (const auto& name : secret_names) {
        static_cast<void>(refreshes_.allows(name, now));
        services_.state.update_sharing_statuses(name);
    }
}

/// The report of a Pod may change without the Pod: its namespace may be selected meanwhile.
void pull_watcher::refresh_statuses(const std::string& secret_name, runtime::time_point now) {
    if (refreshes_.allows(secret_name, now)) services_.state.update_sharing_statuses(secret_name);
}

asio::awaitable<void> pull_watcher::look_at_pods() {
    while (!stopped_) {
        const auto now = steady_now();
        const auto next = looks_.next(now);
        queue_changed_statuses(next.changed, now);
        if (next.pod) {
            co_await look_at(*next.pod);
            looks_.looked(steady_now());
        } else {
            co_await due_.wait_until(next.wake_at);
        }
    }
}

asio::awaitable<void> pull_watcher::look_at(runtime::object_key pod) {
    const auto answer = co_await services_.client.get(kube::pods, pod.namespace_name, pod.name);
    const auto now = steady_now();
    if (answer.has_value()) {
        const auto found = read_pod(*answer);
        queue_changed_statuses(failures_.record_pod(pod, found, now, services_.clock()), now);
        for (const auto& name : found.pull_secrets) {
            if (reporter_.in_use(name)) refresh_statuses(name, now);
        }
    } else if (says_absent(answer.error(), kube::pods)) {
        queue_changed_statuses(failures_.record_pod(pod, std::nullopt, now, services_.clock()), now);
    } else if (answer.error().kind == kube::error_kind::forbidden) {
        pods_forbidden(now);
    }
}

void pull_watcher::pods_forbidden(runtime::time_point now) {
    const bool trusted_already = failures_.trusts_events();
    queue_changed_statuses(failures_.pods_forbidden(now), now);
    if (trusted_already || !failures_.trusts_events()) return;
    services_.log.info("cannot read Pods; trusting Events of failed pulls",
                       {{"reason", reasons::forbidden},
                        {"message",
                         "RBAC does not allow it, so each Event counts for ten minutes; apply "
                         "deploy/rbac.yaml again"}});
}

}  // namespace reconcile
