// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/secrets/copy_content.hpp"
#include "unit/reconcile/builders.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

/// One or two RegistryCredentials, "a" and "b", that share the Secret regcred.
namespace build {

using lists = std::vector<std::string>;

/// "a" gives quay.io to the Secret of team-a, which has been written. "b" may use the source login-b.
inline void add_a(cluster_fixture& f, const char* registry_of_b = "ghcr.io") {
    f.add_source("login-a", "quay.io", "CANARY-a");
    f.add_source("login-b", registry_of_b, "CANARY-b");
    f.add_namespace("team-a");
    f.add_credential(wants("a", "login-a"));
    f.apply_all();
}

/// "a" gives quay.io and "b" gives ghcr.io to the Secret of every namespace. The Secret of team-a has been
/// written.
inline void add_two(cluster_fixture& f) {
    add_a(f);
    f.add_credential(wants("b", "login-b"));
    f.apply_all();
}

/// The passwords in a copy, sorted.
inline lists passwords(const cluster_fixture& f, const char* namespace_name = "team-a") {
    lists found;
    const auto document = f.document_of({.namespace_name = namespace_name, .name = "regcred"});
    for (const std::string password : {"CANARY-a", "CANARY-a2", "CANARY-b", "CANARY-b2"}) {
        if (document.find('"' + password + '"') != std::string::npos) found.push_back(password);
    }
    return found;
}

/// A controller that starts with the copies of another one, and has seen no source yet.
inline std::unique_ptr<cluster_fixture> restart(const cluster_fixture& before) {
    auto after = std::make_unique<cluster_fixture>();
    after->version = before.version;
    after->take_copies(before);
    after->add_namespace("team-a");
    return after;
}

/// The content of the copy in team-a, if it recorded no origins.
inline reconcile::copy_content content_without_origins(const cluster_fixture& f) {
    kube::secret unrecorded;
    unrecorded.meta = f.state.find_copy(here)->meta;
    unrecorded.meta.annotations.clear();
    unrecorded.data.emplace(kube::docker_config_json_key, util::secret_bytes::copy_of(f.document_of(here)));
    return reconcile::read_content(unrecorded);
}

/// Changes the spec of a RegistryCredential.
inline void edit(cluster_fixture& f, const char* name, auto change) {
    auto object = *f.find_credential(name);
    change(object);
    ++object.meta.generation;
    f.add_credential(std::move(object));
}

}  // namespace build
