// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kube {

/// A resource of the API. A list of its objects has the kind + "List".
struct resource {
    std::string_view group_version;  // "v1" (the core group), "events.k8s.io/v1"
    std::string_view plural;         // "secrets"
    std::string_view kind;           // "Secret"
    bool namespaced = true;
    bool bookmarks = true;  // whether the server caches it and sends a bookmark about every minute
};

inline constexpr resource namespaces{"v1", "namespaces", "Namespace", false};
inline constexpr resource secrets{"v1", "secrets", "Secret", true};
inline constexpr resource service_accounts{"v1", "serviceaccounts", "ServiceAccount", true};
inline constexpr resource events{"events.k8s.io/v1", "events", "Event", true, false};
/// The same objects as `events`, with the fields of core/v1, in which the kubelet writes them.
inline constexpr resource core_events{"v1", "events", "Event", true, false};
inline constexpr resource pods{"v1", "pods", "Pod"};

}  // namespace kube
