// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/delivery_advice.hpp"

#include "kubelet/names/image_reference.hpp"
#include "kubelet/names/registry_match.hpp"
#include "kubelet/pull_keyring.hpp"
#include "reconcile/state/selection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace explain {

namespace {

using reconcile::selection;

// As deploy/ installs it. With another one, only a glob that matches the controller's own namespace is judged
// wrongly.
constexpr std::string_view controller_namespace = "regcred-system";

selection selection_of(const observation& seen, const v1alpha1::registry_credential& credential) {
    kube::object_meta name_alone;
    name_alone.name = seen.subject.namespace_name;
    return reconcile::select(
        credential.namespaces, seen.namespace_meta.value_or(name_alone), controller_namespace);
}

/// The change with which it selects the namespace; empty when it selects it already.
std::string change_to_select(const observation& seen, const v1alpha1::registry_credential& credential) {
    const auto& ns = seen.subject.namespace_name;
    switch (selection_of(seen, credential)) {
        case selection::selected:
            return {};
        case selection::terminating:
            return fmt::format("namespace {} is being deleted and receives no Secrets", ns);
        case selection::opted_out:
            return fmt::format(
                "remove the annotation {} from namespace {}", reconcile::opt_out_annotation, ns);
        case selection::excluded:
            return fmt::format("remove the pattern that matches {} from its spec.namespaces.exclude", ns);
        case selection::system_namespace:
            return fmt::format(
                "add {} by its full name to its spec.namespaces.include, since it is a system namespace", ns);
        case selection::not_included:
            return fmt::format("add {} to its spec.namespaces.include", ns);
        case selection::labels_differ:
            break;
    }
    if (!seen.namespace_meta)
        return fmt::format(
            "make sure that the labels of namespace {}, which you may not read, match its "
            "spec.namespaces.selector",
            ns);
    return fmt::format("add the labels of its spec.namespaces.selector to namespace {}", ns);
}

bool has_login_for(const v1alpha1::registry_credential& credential, std::string_view repository) {
    return std::ranges::any_of(credential.status.registries, [&](const std::string& registry) {
        const auto key = kubelet::stored_key(registry);
        return key && (kubelet::key_matches(*key, repository) ||
                       (*key == "index.docker.io" && kubelet::is_of_default_registry(repository)));
    });
}

}  // namespace

std::vector<std::string> advise_on_missing_secret(const observation& seen, const std::string& secret) {
    std::vector<std::string> advice;
    for (const auto& credential : seen.credentials) {
        if (credential.secret_name != secret) continue;
        const auto change = change_to_select(seen, credential);
        const auto& name = credential.meta.name;
        if (change.empty()) {
            advice.push_back(
                fmt::format("RegistryCredential {0} should deliver Secret {1} to this namespace: 'kubectl "
                            "describe registrycredential {0}' shows why it does not.",
                            name,
                            secret));
        } else {
            advice.push_back(
                fmt::format("RegistryCredential {} would deliver Secret {} if it selected this "
                            "namespace: {}.",
                            name,
                            secret,
                            change));
        }
    }
    return advice;
}

std::vector<std::string> advise_on_unlisted_secrets(const observation& seen, std::string_view repository) {
    std::vector<std::string> advice;
    const auto& listed = seen.subject.pull_secrets;
    for (const auto& credential : seen.credentials) {
        const bool is_listed = std::ranges::find(listed, credential.secret_name) != listed.end();
        if (is_listed || !has_login_for(credential, repository)) continue;
        const auto change = change_to_select(seen, credential);
        advice.push_back(
            fmt::format("RegistryCredential {} {} Secret {} with a login for this registry: {}list "
                        "{} in imagePullSecrets.",
                        credential.meta.name,
                        change.empty() ? "delivers" : "could deliver",
                        credential.secret_name,
                        change.empty() ? "" : change + ", and ",
                        credential.secret_name));
    }
    return advice;
}

}  // namespace explain
