// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "kube/api/object.hpp"
#include "reconcile/secrets/secret_metadata.hpp"
#include "reconcile/secrets/secret_view.hpp"

#include <memory>
#include <string>
#include <utility>

/// Objects for tests, valid as they are; each test changes what it is about.
namespace build {

inline kube::object_meta meta(std::string name, std::string namespace_name = {}) {
    kube::object_meta m;
    m.uid = "uid-" + name;
    m.name = std::move(name);
    m.namespace_name = std::move(namespace_name);
    m.resource_version = "7";
    m.creation_timestamp = "2026-01-01T00:00:00Z";
    return m;
}

inline kube::namespace_object live_namespace(std::string name, kube::string_map labels = {}) {
    kube::namespace_object n{.meta = meta(std::move(name))};
    n.meta.labels = std::move(labels);
    return n;
}

inline v1alpha1::registry_credential credential(std::string name) {
    v1alpha1::registry_credential c;
    c.meta = meta(std::move(name));
    c.meta.generation = 1;
    c.namespaces.include = {"*"};
    c.sources = {{.secret_name = "login", .registry = {}, .registries = {}}};
    return c;
}

inline std::shared_ptr<const v1alpha1::registry_credential> shared(v1alpha1::registry_credential c) {
    return std::make_shared<const v1alpha1::registry_credential>(std::move(c));
}

inline kube::label_selector labels(const kube::string_map& wanted) {
    kube::label_selector s;
    for (const auto& [key, value] : wanted) {
        s.requirements.push_back({.key = key, .op = kube::selector_operator::in, .values = {value}});
    }
    return s;
}

inline const runtime::object_key here{.namespace_name = "team-a", .name = "regcred"};

inline reconcile::desired_secret desired(const std::string& text) {
    reconcile::desired_secret d;
    d.document = std::make_shared<const util::secret_bytes>(util::secret_bytes::copy_of(text));
    d.digest = util::digest_of(text);
    return d;
}

/// The copy as the contributors want it, holding `text`.
inline reconcile::observed_secret copy(const reconcile::contributor_list& contributors,
                                       const std::string& text) {
    reconcile::observed_secret s;
    s.meta = reconcile::desired_metadata(here, contributors, nullptr);
    s.meta.uid = "uid-copy";
    s.meta.resource_version = "9";
    s.docker_config = true;
    s.has_managers = true;
    s.written_by_regcred = true;
    s.mark = reconcile::written_as::this_one;
    s.only_document = true;
    s.document = util::digest_of(text);
    return s;
}

}  // namespace build
