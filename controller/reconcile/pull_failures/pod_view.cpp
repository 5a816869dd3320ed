// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pod_view.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace reconcile {

namespace {

bool is_one_of(const auto& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// k8s.io/kubernetes/pkg/kubelet/images: what a missing credential leads to. (ErrImageNeverPull: an image
/// that is on the node is refused to a Pod that cannot show the credential it was pulled with, since 1.35.)
bool is_pull_failure(std::string_view waiting) {
    constexpr std::array<std::string_view, 4> reasons{
        "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "RegistryUnavailable"};
    return is_one_of(reasons, waiting);
}

/// With any other reason (CrashLoopBackOff, CreateContainerConfigError) the image is there.
bool is_early(std::string_view waiting) {
    constexpr std::array<std::string_view, 3> reasons{"", "ContainerCreating", "PodInitializing"};
    return is_one_of(reasons, waiting);
}

pod_progress progress_of(const kube::json& container_status) {
    const auto& state = kube::object_at(container_status, "state");
    const auto* waiting = kube::member(state, "waiting");
    if (waiting == nullptr) {
        const bool has_started =
            kube::member(state, "running") != nullptr || kube::member(state, "terminated") != nullptr;
        return has_started ? pod_progress::started : pod_progress::not_yet_known;
    }
    const auto reason = kube::string_at(*waiting, "reason");
    if (is_pull_failure(reason)) return pod_progress::waits;
    return is_early(reason) ? pod_progress::not_yet_known : pod_progress::started;
}

pod_progress progress_of(const kube::json& spec, const kube::json& status) {
    const auto phase = kube::string_at(status, "phase");
    if (phase == "Succeeded" || phase == "Failed") return pod_progress::started;
    std::size_t started = 0;
    for (const auto* list : {"initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"}) {
        for (const auto& each : kube::array_at(status, list)) {
            const auto progress = progress_of(each);
            if (progress == pod_progress::waits) return progress;
            started += progress == pod_progress::started ? 1U : 0U;
        }
    }
    const auto all = kube::array_at(spec, "initContainers").size() +
                     kube::array_at(spec, "containers").size() +
                     kube::array_at(spec, "ephemeralContainers").size();
    return started > 0 && started >= all ? pod_progress::started : pod_progress::not_yet_known;
}

}  // namespace

pod_view read_pod(const kube::json& object) {
    const auto& metadata = kube::object_at(object, "metadata");
    const auto& spec = kube::object_at(object, "spec");
    pod_view view{.uid = kube::string_at(metadata, "uid"),
                  .deleting = kube::member(metadata, "deletionTimestamp") != nullptr,
                  .pull_secrets = {},
                  .progress = progress_of(spec, kube::object_at(object, "status"))};
    for (const auto& reference : kube::array_at(spec, "imagePullSecrets"))
        view.pull_secrets.push_back(kube::string_at(reference, "name"));
    return view;
}

}  // namespace reconcile
