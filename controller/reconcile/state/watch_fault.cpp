// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/watch_fault.hpp"

#include <fmt/format.h>

#include <chrono>

namespace reconcile {

namespace {

/// An API server that has just started refuses requests until it has read the roles, and fails for other
/// reasons. Until then the other names wait for the first list of this one.
constexpr std::chrono::seconds tolerated{10};

struct watch_words {
    std::string objects;  // what is watched: "Secrets named regcred"
    std::string unseen;   // what the controller does without a watch
    std::string unread;   // … and without a first list
    std::string remedy;   // against a denied right
};

cause fault_of(const watch_words& words, const runtime::watch_health& health, runtime::time_point now) {
    if (!health.failing_since) return {};
    if (health.last_kind == kube::error_kind::forbidden && now - health.same_kind_since >= tolerated) {
        return {
            .reason = reasons::forbidden,
            .message = fmt::format("RBAC does not allow the controller to list and watch {}, so it {}; {}",
                                   words.objects,
                                   health.synced ? words.unseen : words.unread,
                                   words.remedy)};
    }
    if (health.synced || now - *health.failing_since < tolerated) return {};
    return {
        .reason = reasons::server_unavailable,
        .message = fmt::format(
            "the controller cannot list {}, so it {}: {}", words.objects, words.unread, health.last_error)};
}

watch_words words_for(watched what, const std::string& own_namespace) {
    const std::string unread = "writes no Secrets";
    switch (what) {
        case watched::sources:
            return {.objects = "Secrets in namespace " + own_namespace,
                    .unseen = "does not see changes of the sources",
                    .unread = unread,
                    .remedy =
                        "the Role regcred-controller in that namespace must allow it: apply "
                        "deploy/rbac.yaml"};
        case watched::namespaces:
            return {.objects = "namespaces",
                    .unseen = "does not see new namespaces or changed labels",
                    .unread = unread,
                    .remedy = "the ClusterRole regcred-controller must allow it: apply deploy/rbac.yaml"};
        case watched::credentials:
            break;
    }
    return {.objects = "registrycredentials.regcred.dev",
            .unseen = "does not see changes of RegistryCredentials",
            .unread = unread,
            .remedy = "the ClusterRole regcred-controller must allow it: apply deploy/rbac.yaml"};
}

}  // namespace

cause copy_watch_fault(const std::string& secret_name,
                       const runtime::watch_health& health,
                       runtime::time_point now) {
    const watch_words words{
        .objects = "Secrets named " + secret_name,
        .unseen = "does not see their changes",
        .unread = "writes none",
        .remedy = fmt::format("add {0} to resourceNames in the ClusterRole regcred-controller and to the "
                              "admission policies (\"Other Secret names\" in deploy/README.md), or remove it "
                              "from --secret-names",
                              secret_name)};
    return fault_of(words, health, now);
}

cause watch_fault(watched what,
                  const std::string& own_namespace,
                  const runtime::watch_health& health,
                  runtime::time_point now) {
    return fault_of(words_for(what, own_namespace), health, now);
}

}  // namespace reconcile
