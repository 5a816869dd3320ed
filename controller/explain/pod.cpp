// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/pod.hpp"

#include "kube/api/object.hpp"
#include "util/ascii.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace explain {

namespace {

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(
        words, [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

pull_failure_kind failure_in(std::string_view message) {
    if (has_any(message, {"toomanyrequests", "too many requests"})) return pull_failure_kind::rate_limited;
    if (has_any(message,
                {"unauthorized",
                 "forbidden",
                 "authorization failed",
                 "access denied",
                 "authentication required",
                 "status: 401",
                 "status: 403",
                 "status 401",
                 "status 403",
                 "no basic auth credentials"}))
        return pull_failure_kind::refused;
    if (has_any(message,
                {"no such host",
                 "connection refused",
                 "connection reset",
                 "i/o timeout",
                 "no route to host",
                 "network is unreachable",
                 "x509:",
                 "tls:",
                 "deadline exceeded",
                 "server misbehaving",
                 "gave http response to https client"}))
        return pull_failure_kind::unreachable;
    if (has_any(message, {"not found", "manifest unknown", "name unknown", "does not exist"}))
        return pull_failure_kind::not_found;
    return pull_failure_kind::other;
}

using kube::json;

/// Names of one kind of containers, and of its fields in a Pod.
struct container_kind {
    std::string_view name;
    std::string_view specs;
    std::string_view statuses;
};

constexpr container_kind container_kinds[] = {
    {"init container", "initContainers", "initContainerStatuses"},
    {"container", "containers", "containerStatuses"},
    {"ephemeral container", "ephemeralContainers", "ephemeralContainerStatuses"},
};

pod_image& find_or_add_image(pod& subject, const std::string& image) {
    const auto found = std::ranges::find(subject.images, image, &pod_image::image);
    if (found != subject.images.end()) return *found;
    subject.images.emplace_back().image = image;
    return subject.images.back();
}

const json& status_of(const json& statuses, const std::string& name) {
    static const json none = json::object();
    const auto found = std::ranges::find_if(
        statuses, [&](const json& each) { return kube::string_at(each, "name") == name; });
    return found == statuses.end() ? none : *found;
}

// The kubelet sets imageID once the runtime has created a container of the image.
bool has_run(const json& status) {
    return kube::member(status, {"state", "running"}) != nullptr ||
           kube::member(status, {"state", "terminated"}) != nullptr ||
           kube::member(status, {"lastState", "terminated"}) != nullptr ||
           !kube::string_at(status, "imageID").empty();
}

pull_failure_kind failure_in(const json& status, const std::string& image) {
    const auto* waiting = kube::member(status, {"state", "waiting"});
    if (waiting == nullptr) return pull_failure_kind::none;
    return classify_pull_failure(
        kube::string_at(*waiting, "reason"), kube::string_at(*waiting, "message"), image);
}

void add_containers(pod& subject, const json& spec, const json& status, const container_kind& kind) {
    const auto& statuses = kube::array_at(status, kind.statuses);
    for (const auto& container : kube::array_at(spec, kind.specs)) {
        const auto name = kube::string_at(container, "name");
        const auto image = kube::string_at(container, "image");
        if (image.empty()) continue;
        const auto& own_status = status_of(statuses, name);
        auto& entry = find_or_add_image(subject, image);
        entry.used_by.push_back(std::string(kind.name) + " " + name);
        entry.may_be_pulled |= kube::string_at(container, "imagePullPolicy") != "Never";
        entry.has_run |= has_run(own_status);
        if (const auto failure = failure_in(own_status, image); failure != pull_failure_kind::none)
            entry.last_failure = failure;
    }
}

void add_image_volumes(pod& subject, const json& spec) {
    for (const auto& volume : kube::array_at(spec, "volumes")) {
        const auto& source = kube::object_at(volume, "image");
        const auto image = kube::string_at(source, "reference");
        if (image.empty()) continue;
        auto& entry = find_or_add_image(subject, image);
        entry.used_by.push_back("volume " + kube::string_at(volume, "name"));
        entry.may_be_pulled |= kube::string_at(source, "pullPolicy") != "Never";
    }
}

}  // namespace

pull_failure_kind classify_pull_failure(std::string_view reason,
                                        std::string_view message,
                                        std::string_view image) {
    if (reason == "ErrImageNeverPull") return pull_failure_kind::never_pull;
    if (reason == "RegistryUnavailable") return pull_failure_kind::unreachable;
    if (reason == "SignatureValidationFailed" || reason == "ImageInspectError")
        return pull_failure_kind::other;
    if (reason != "ErrImagePull" && reason != "ImagePullBackOff") return pull_failure_kind::none;
    auto text = util::lower(message);
    const auto name = util::lower(image);
    for (auto at = text.find(name); !name.empty() && at != std::string::npos; at = text.find(name, at))
        text.erase(at, name.size());
    return failure_in(text);
}

kube::result<pod> read_pod(const kube::json& object) {
    if (auto kind = kube::check_kind(object, {"Pod"}); !kind) return kind.error();
    auto meta = kube::read_meta(object);
    if (!meta) return meta.error();
    const auto& spec = kube::object_at(object, "spec");
    const auto& status = kube::object_at(object, "status");
    pod subject;
    subject.namespace_name = meta->namespace_name;
    subject.name = meta->name;
    subject.service_account = kube::string_at(spec, "serviceAccountName");
    for (const auto& reference : kube::array_at(spec, "imagePullSecrets")) {
        if (auto name = kube::string_at(reference, "name"); !name.empty())
            subject.pull_secrets.push_back(std::move(name));
    }
    for (const auto& kind : container_kinds)
        add_containers(subject, spec, status, kind);
    add_image_volumes(subject, spec);
    return subject;
}

}  // namespace explain
