// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/delivery_advice.hpp"

#include "kubelet/image_reference.hpp"
#include "kubelet/registry_match.hpp"
#include "reconcile/state/selection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace explain {

namespace {

using reconcile::selection;

// As deploy/ installs it. Elsewhere only a glob that selects the controller's own namespace is judged
// wrongly.
constexpr std::string_view controller_namespace = "regcred-system";

selection selection_of(const observation& seen, const v1alpha1::registry_credential& credential) {
    kube::object_meta name_alone;
    name_alone.name = seen.subject.namespace_name;
    return reconcile::select(
        credential.namespaces, seen.namespace_meta.value_or(name_alone), controller_namespace);
}

/// What makes it deliver to the namespace; empty when it does already.
std::string to_be_selected(const observation& seen, const v1alpha1::registry_credential& credential) {
    const auto& ns = seen.subject.namespace_name;
    switch (selection_of(seen, credential)) {
        case selection::selected:
            return {};
        case selection::terminating:
            return fmt::format("namespace {} is being deleted, and gets nothing any more", ns);
        case selection::opted_out:
            return fmt::format(
                "remove the annotation {} from namespace {}", reconcile::opt_out_annotation, ns);
        case selection::excluded:
            return fmt::format("take out of its spec.namespaces.exclude what matches {}", ns);
        case selection::system_namespace:
            return fmt::format(
                "add {} to its spec.namespaces.include, literally, since it is a system namespace", ns);
        case selection::not_included:
            return fmt::format("add {} to its spec.namespaces.include", ns);
        case selection::labels_differ:
            break;
    }
    if (!seen.namespace_meta)
        return fmt::format(
            "see that the labels of namespace {}, which you may not read, match its "
            "spec.namespaces.selector",
            ns);
    return fmt::format("give namespace {} the labels of its spec.namespaces.selector", ns);
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
        const auto change = to_be_selected(seen, credential);
        const auto& name = credential.meta.name;
        if (change.empty()) {
            advice.push_back(
                fmt::format("RegistryCredential {0} is to keep Secret {1} here: 'kubectl describe "
                            "registrycredential {0}' says what keeps it from doing so.",
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
        const auto change = to_be_selected(seen, credential);
        advice.push_back(
            fmt::format("RegistryCredential {} {} Secret {} with a login for this registry: {}list "
                        "{} in imagePullSecrets.",
                        credential.meta.name,
                        change.empty() ? "keeps" : "has",
                        credential.secret_name,
                        change.empty() ? "" : change + ", and ",
                        credential.secret_name));
    }
    return advice;
}

}  // namespace explain
