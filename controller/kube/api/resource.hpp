// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kube {

/// A resource of the API: where its objects live. `group_version` is "v1" for the core group.
struct resource {
    std::string_view group_version;  // "v1", "regcred.dev/v1alpha1"
    std::string_view plural;         // "secrets"
    std::string_view kind;           // "Secret": lists must be of kind + "List"
    bool namespaced = true;
    bool bookmarks = true;  // whether its watches say about every minute that they live: not without a cache
};

inline constexpr resource namespaces{"v1", "namespaces", "Namespace", false};
inline constexpr resource secrets{"v1", "secrets", "Secret", true};
inline constexpr resource service_accounts{"v1", "serviceaccounts", "ServiceAccount", true};
inline constexpr resource events{"events.k8s.io/v1", "events", "Event", true, false};
inline constexpr resource core_events{
    "v1", "events", "Event", true, false};  // the same, as the kubelet sees them
inline constexpr resource pods{"v1", "pods", "Pod"};

}  // namespace kube
