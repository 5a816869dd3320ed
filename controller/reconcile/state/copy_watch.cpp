// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/copy_watch.hpp"

#include <fmt/format.h>

#include <chrono>

namespace reconcile {

namespace {

/// An API server that has just started refuses requests until it has read the roles, and fails for other
/// reasons. Until then the other names wait for the first list of this one.
constexpr std::chrono::seconds tolerated{10};

}  // namespace

cause copy_watch_fault(const std::string& secret_name,
                       const runtime::watch_health& health,
                       runtime::time_point now) {
    if (!health.failing_since) return {};
    if (health.last_kind == kube::error_kind::forbidden && now - health.same_kind_since >= tolerated) {
        return {.reason = reasons::forbidden,
                .message = fmt::format(
                    "RBAC does not allow the controller to list and watch Secrets named {0}, so {1}; add {0} "
                    "to resourceNames in the ClusterRole regcred-controller and to the admission policies "
                    "(\"Other Secret names\" in deploy/README.md), or remove it from --secret-names",
                    secret_name,
                    health.synced ? "it does not see their changes" : "it writes none")};
    }
    if (health.synced || now - *health.failing_since < tolerated) return {};
    return {.reason = reasons::server_unavailable,
            .message = fmt::format("the controller cannot list Secrets named {}, so it writes none: {}",
                                   secret_name,
                                   health.last_error)};
}

}  // namespace reconcile
