// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_watcher.hpp"

#include "kube/api/names.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "util/timestamp.hpp"

#include <algorithm>
#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

/// A Secret that is missing is tried at most so often for the sake of Events: a tenant can write any number.
constexpr std::chrono::seconds between_requeues{30};
/// How often a status is made anew while Pods go on failing in the same way.
constexpr std::chrono::seconds between_refreshes{30};
constexpr std::chrono::milliseconds between_looks{100};

/// Without bookmarks a connection that died in silence is found out by the watch's end alone.
runtime::watch_policy policy_for_events() {
    runtime::watch_policy policy;
    policy.timeout_min = std::chrono::seconds(120);
    policy.timeout_max = std::chrono::seconds(180);
    policy.relist_period = runtime::duration::zero();
    policy.from_now = true;
    return policy;
}

runtime::time_point now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

pull_watcher::pull_watcher(asio::any_io_executor executor, pull_services services)
    : services_(std::move(services)),
      failures_(services_.random),
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
    services_.state.credentials().for_each([this](const auto& object) { recall(*object); });
    tasks.spawn(events_watch_.run());
    tasks.spawn(look_at_pods());
}

/// A kubelet may repeat itself as late as in five minutes: until then a status tells what is known.
void pull_watcher::recall(const v1alpha1::registry_credential& object) {
    using std::chrono::duration_cast;
    if (!reporter_.in_use(object.secret_name)) return;
    for (const auto& pod : object.status.affected_pods) {
        const auto seen = util::read_time(pod.last_seen);
        if (!seen || !kube::is_dns1123_label(pod.namespace_name) || !kube::is_dns1123_subdomain(pod.pod))
            continue;
        const auto age = duration_cast<runtime::duration>(services_.clock() - *seen);
        failures_.remember({.namespace_name = pod.namespace_name,
                            .pod = pod.pod,
                            .uid = {},
                            .secrets = {object.secret_name}},
                           now() - std::clamp(age, runtime::duration::zero(), pull_failures::forget_after),
                           *seen);
    }
}

void pull_watcher::stop() {
    stopped_ = true;
    events_watch_.stop();
    due_.notify_all();
}

/// Every status tells whether Events are heard at all.
void pull_watcher::set_events_state(event_watch_state now) {
    if (std::exchange(events_state_, now) == now) return;
    services_.state.credentials().for_each(
        [this](const auto& object) { services_.queues.update_status(object->meta.name); });
}

void pull_watcher::take(const kube::json& object) {
    ++events_;
    const auto event =
        read_pull_event(object, [this](std::string_view name) { return reporter_.in_use(name); });
    if (!event) return;
    const auto at = now();
    tell(failures_.saw(*event, at, services_.clock()), at);
    for (const auto& name : event->secrets) {
        refresh(name, at);
        requeue_missing_secret({.namespace_name = event->namespace_name, .name = name}, at);
    }
    if (due_.deadline() > std::max(at, not_before_)) due_.notify_all();
}

/// A Secret that should be there and is not goes before all other work, whatever it waits for.
void pull_watcher::requeue_missing_secret(const runtime::object_key& secret, runtime::time_point now) {
    if (!reporter_.is_missing(secret) || !requeues_.allows(secret, now)) return;
    services_.log.info("Pod is missing its pull Secret",
                       {{"namespace", secret.namespace_name}, {"name", secret.name}});
    services_.queues.secrets.add(secret, runtime::priority::urgent);
}

void pull_watcher::tell(const pull_failures::secret_names& news, runtime::time_point now) {
    for (const auto& name : news) {
        static_cast<void>(refreshes_.allows(name, now));
        update_statuses(name);
    }
}

/// What is told of a Pod may change though the Pod does not: by what becomes of its namespace, say.
void pull_watcher::refresh(const std::string& secret_name, runtime::time_point now) {
    if (refreshes_.allows(secret_name, now)) update_statuses(secret_name);
}

void pull_watcher::update_statuses(const std::string& secret_name) {
    services_.state.credentials().for_each([&](const auto& object) {
        if (object->secret_name == secret_name) services_.queues.update_status(object->meta.name);
    });
}

asio::awaitable<void> pull_watcher::look_at_pods() {
    while (!stopped_) {
        const auto at = now();
        tell(failures_.expire(at), at);
        const auto pod = at < not_before_ ? std::nullopt : failures_.next_look(at);
        if (pod) {
            co_await look_at(*pod);
            not_before_ = now() + between_looks;
        } else {
            co_await due_.wait_until(std::max(failures_.next_due(), not_before_));
        }
    }
}

asio::awaitable<void> pull_watcher::look_at(runtime::object_key pod) {
    const auto answer = co_await services_.client.get(kube::pods, pod.namespace_name, pod.name);
    const auto at = now();
    if (answer.has_value()) {
        const auto found = read_pod(*answer);
        tell(failures_.looked(pod, found), at);
        for (const auto& name : found.pull_secrets) {
            if (reporter_.in_use(name)) refresh(name, at);
        }
    } else if (says_absent(answer.error(), kube::pods)) {
        tell(failures_.looked(pod, std::nullopt), at);
    } else if (answer.error().kind == kube::error_kind::forbidden) {
        pods_forbidden(at);
    }
}

void pull_watcher::pods_forbidden(runtime::time_point now) {
    if (!failures_.believes_events()) {
        services_.log.info(
            "RBAC does not allow reading Pods; trusting each Event of a failed pull for ten minutes; see "
            "deploy/rbac.yaml");
    }
    tell(failures_.pods_forbidden(now), now);
}

}  // namespace reconcile
