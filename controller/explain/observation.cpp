// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/observation.hpp"

#include "kube/api/object.hpp"
#include "kube/api/secret.hpp"
#include "kube/client/client.hpp"
#include "reconcile/state/observed_secret.hpp"

#include <algorithm>
#include <utility>

namespace explain {

namespace {

using boost::asio::awaitable;

// The client itself answers bad_request for a name that no object can have: there is no such object.
access_result access_of(const kube::error& error) {
    if (error.kind == kube::error_kind::not_found || error.kind == kube::error_kind::bad_request)
        return access_result::missing;
    return error.kind == kube::error_kind::forbidden ? access_result::forbidden : access_result::unreadable;
}

std::vector<std::string> owners_named_in(const kube::object_meta& meta,
                                         const std::vector<v1alpha1::registry_credential>& credentials) {
    std::vector<std::string> names;
    for (const auto& owner : meta.owner_references) {
        if (reconcile::is_registry_credential(owner)) names.push_back(owner.name);
    }
    const auto annotated = reconcile::owners_of(meta).annotated;
    for (const auto& credential : credentials) {
        if (std::ranges::find(annotated, credential.meta.uid) != annotated.end())
            names.push_back(credential.meta.name);
    }
    return names;
}

awaitable<listed_secret> observe_secret(kube::client& client, const observation& seen, std::string name) {
    listed_secret secret;
    secret.name = name;
    const auto object = co_await client.get(kube::secrets, seen.subject.namespace_name, std::move(name));
    if (!object) {
        secret.access = access_of(object.error());
        secret.error = kube::public_message(object.error());
        co_return secret;
    }
    const auto read = kube::read_secret(*object);
    if (!read) {
        secret.access = access_result::unreadable;
        secret.error = kube::public_message(read.error());
        co_return secret;
    }
    secret.access = access_result::read;
    secret.type = read->type;
    secret.content = kubelet::read_pull_content(*read);
    // The controller leaves a Secret of others alone, whatever owner it names: a person may have copied that.
    if (reconcile::author_of(*read) != reconcile::author::others)
        secret.managed_by = owners_named_in(read->meta, seen.credentials);
    co_return secret;
}

awaitable<observed_service_account> observe_service_account(kube::client& client, const pod& subject) {
    observed_service_account service_account;
    const auto object =
        co_await client.get(kube::service_accounts, subject.namespace_name, subject.service_account);
    if (!object) {
        service_account.access = access_of(object.error());
        co_return service_account;
    }
    service_account.access = access_result::read;
    for (const auto& reference : kube::array_at(*object, "imagePullSecrets")) {
        if (auto name = kube::string_at(reference, "name"); !name.empty())
            service_account.pull_secrets.push_back(std::move(name));
    }
    co_return service_account;
}

/// None also when the user may not list them, or when the cluster does not have the CRD.
awaitable<std::vector<v1alpha1::registry_credential>> observe_credentials(kube::client& client) {
    std::vector<v1alpha1::registry_credential> credentials;
    kube::list_options options;
    do {
        const auto page = co_await client.list({v1alpha1::registry_credentials, {}, {}, false}, options);
        if (!page) break;
        for (const auto& item : page->items) {
            if (auto read = v1alpha1::read_registry_credential(item)) credentials.push_back(*std::move(read));
        }
        options.continue_token = page->continue_token;
    } while (!options.continue_token.empty());
    co_return credentials;
}

awaitable<std::optional<kube::object_meta>> observe_namespace(kube::client& client, std::string name) {
    const auto object = co_await client.get(kube::namespaces, {}, std::move(name));
    if (!object) co_return std::nullopt;
    auto read = kube::read_namespace(*object);
    if (!read) co_return std::nullopt;
    co_return std::move(read->meta);
}

}  // namespace

awaitable<kube::result<observation>> observe(kube::client& client,
                                             std::string namespace_name,
                                             std::string pod_name) {
    const auto object = co_await client.get(kube::pods, namespace_name, std::move(pod_name));
    if (!object) co_return object.error();
    auto subject = read_pod(*object);
    if (!subject) co_return subject.error();
    observation seen;
    seen.subject = *std::move(subject);
    seen.credentials = co_await observe_credentials(client);
    seen.namespace_meta = co_await observe_namespace(client, seen.subject.namespace_name);
    seen.service_account = co_await observe_service_account(client, seen.subject);
    for (const auto& name : seen.subject.pull_secrets)
        seen.secrets.push_back(co_await observe_secret(client, seen, name));
    co_return seen;
}

}  // namespace explain
