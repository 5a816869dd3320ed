// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/admin.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace harness {

inline constexpr auto pull_condition = "FailedToRetrieveImagePullSecret";

[[nodiscard]] std::string pods_in(const std::string& namespace_name);
[[nodiscard]] std::string pod_path(const std::string& namespace_name, const std::string& name);
[[nodiscard]] std::string core_events_in(const std::string& namespace_name);

/// What an Event says of a Pod that nobody has made, so that anybody with a right to Events can send it.
[[nodiscard]] json absent_pod(const std::string& namespace_name, const std::string& name);
/// The Event of a kubelet of Kubernetes 1.28 to 1.37 about a Pod whose pull Secrets could not be read.
[[nodiscard]] json failed_pull_event(const json& pod,
                                     const std::string& secrets,
                                     std::string_view before = {});

/// Does what a kubelet does about a Pod, as far as the API server sees it. There is no node: a Pod stays as
/// it is told to be.
class fake_kubelet {
 public:
    explicit fake_kubelet(admin& api) : api_(api) {}

    /// A Pod with one container that no kubelet has said anything about. The object as it was stored.
    json add_pod(const std::string& namespace_name,
                 const std::string& name,
                 const std::vector<std::string>& pull_secrets = {"regcred"});
    void waits(const json& pod, const std::string& reason = "ImagePullBackOff");
    void runs(const json& pod);
    /// A new Event; `secrets` as the kubelet joins them: "regcred, other". Returns its path.
    std::string reports(const json& pod,
                        const std::string& secrets = "regcred",
                        std::string_view before = {});
    /// The same Event once more: count and lastTimestamp.
    void repeats(const std::string& event_path);
    /// A Pod that waits for its image and has reported it.
    json add_failing_pod(const std::string& namespace_name, const std::string& name);

 private:
    void set_state(const json& pod, const std::string& phase, const json& state);

    admin& api_;
};

}  // namespace harness
