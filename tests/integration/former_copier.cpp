// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "former_tool.hpp"
#include "support/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace harness {

// The tools whose copies have the name of the source, or a name of the user's choice.

namespace {

constexpr auto replicator = "replicator.v1.mittwald.de/";
constexpr auto reflector = "reflector.v1.k8s.emberstack.com/";
constexpr auto external_secrets = "/apis/external-secrets.io/v1/";

std::string text_of(const json& object, const char* field) {
    return object.at(field).get<std::string>();
}

std::string name_of(const json& object) {
    return text_of(object.at("metadata"), "name");
}

std::string source_name(const json& source) {
    return source.at("metadata").at("namespace").get<std::string>() + "/" + name_of(source);
}

/// Replaces the copy's data, or creates the copy.
void put(admin& api,
         const std::string& ns,
         const json& source,
         const json& annotations,
         const std::string& manager) {
    const auto path = secret_path(ns, name_of(source));
    if (api.find(path)) {
        api.patch(path + "?fieldManager=" + manager,
                  {{"metadata", {{"annotations", annotations}}}, {"data", source.at("data")}});
        return;
    }
    auto copy = secret_object(name_of(source), source.at("type").get<std::string>(), {});
    copy["metadata"]["annotations"] = annotations;
    copy["data"] = source.at("data");
    api.create(secrets_in(ns) + "?fieldManager=" + manager, copy);
}

json replicated(const json& source) {
    const std::string prefix = replicator;
    return {{prefix + "replicated-at", "2026-01-01T00:00:00Z"},
            {prefix + "replicated-from-version", resource_version_of(source)},
            {prefix + "replicated-keys", docker_config_key}};
}

json reflected(const json& source) {
    const std::string prefix = reflector;
    return {{prefix + "auto-reflects", "True"},
            {prefix + "reflects", source_name(source)},
            {prefix + "reflected-version", resource_version_of(source)},
            {prefix + "reflected-at", "2026-01-01T00:00:00.0000000+00:00"}};
}

bool is_reflection_of(const json& copy, const std::string& source) {
    return annotation_of(copy, std::string(reflector) + "reflects") == source;
}

bool allows_reflection(const json& source) {
    const std::string prefix = reflector;
    return annotation_of(source, prefix + "reflection-allowed") == "true" &&
           annotation_of(source, prefix + "reflection-auto-enabled") == "true";
}

struct external_secret_round {
    std::string name;
    std::string document;

    [[nodiscard]] json owner_of(const json& external) const {
        return {{"apiVersion", "external-secrets.io/v1"},
                {"kind", "ExternalSecret"},
                {"name", name},
                {"uid", uid_of(external)},
                {"controller", true},
                {"blockOwnerDeletion", true}};
    }
    /// The Secret has the document, and the ExternalSecret as its owner only if the policy says so.
    void deliver(admin& api, const std::string& ns, const json& external) const {
        const auto& target = external.at("spec").at("target");
        const auto path = secret_path(ns, text_of(target, "name"));
        const bool owns = target.value("creationPolicy", "Owner") == "Owner";
        const auto owners = owns ? json::array({owner_of(external)}) : json::array();
        const json data = {{docker_config_key, to_base64(document)}};
        const auto found = api.find(path);
        const std::string manager = "?fieldManager=externalsecrets.external-secrets.io%2F" + name;
        if (!found) {
            auto copy = secret_object(text_of(target, "name"), docker_config_type, {});
            copy["data"] = data;
            copy["metadata"]["ownerReferences"] = owners;
            copy["metadata"]["labels"] = {{"reconcile.external-secrets.io/created-by", "e1c6e6d1"},
                                          {"reconcile.external-secrets.io/managed", "true"}};
            copy["metadata"]["annotations"] = {{"reconcile.external-secrets.io/data-hash", "5a1f0c2e"}};
            api.create(secrets_in(ns) + manager, copy);
        } else if (found->at("data") != data ||
                   found->at("metadata").value("ownerReferences", json::array()) != owners) {
            api.patch(path + manager, {{"metadata", {{"ownerReferences", owners}}}, {"data", data}});
        }
    }
    /// What the garbage collector does when the ExternalSecret is gone.
    void collect(admin& api, const std::string& ns, const json& external) const {
        const auto path = secret_path(ns, text_of(external.at("spec").at("target"), "name"));
        const auto found = api.find(path);
        if (found && found->at("metadata").value("ownerReferences", json::array()) ==
                         json::array({owner_of(external)}))
            api.remove(path);
    }
};

}  // namespace

tool_round replicator_round(const std::string& source, const std::vector<std::string>& teams) {
    return [=, last = std::optional<json>()](admin& api) mutable {
        const std::string prefix = replicator;
        const auto found = api.find(source);
        const bool pushes = found && !annotation_of(*found, prefix + "replicate-to").empty();
        const bool pushed = last && !annotation_of(*last, prefix + "replicate-to").empty();
        for (const auto& ns : teams) {
            const auto path = secret_path(ns, name_of(found ? *found : last.value()));
            const auto copy = api.find(path);
            const bool pulls = copy && !annotation_of(*copy, prefix + "replicate-from").empty();
            if (!found) {
                if (pushed && copy && !annotation_of(*copy, prefix + "replicated-keys").empty())
                    api.remove(path);
                continue;
            }
            if (!pushes && !pulls) continue;
            if (!copy ||
                annotation_of(*copy, prefix + "replicated-from-version") != resource_version_of(*found))
                put(api, ns, *found, replicated(*found), "replicator");
        }
        if (found) last = found;
    };
}

tool_round reflector_round(const std::string& source, const std::vector<std::string>& teams) {
    return [=, reflections = std::set<std::string>()](admin& api) mutable {
        const auto found = api.find(source);
        const bool allows = found && allows_reflection(*found);
        for (const auto& ns : teams) {
            const auto path = secret_path(ns, source.substr(source.rfind('/') + 1));
            const auto copy = api.find(path);
            const bool is_reflection =
                copy && annotation_of(*copy, std::string(reflector) + "auto-reflects") == "True";
            if (!allows && (is_reflection || reflections.contains(ns))) api.remove(path);
            if (!allows) continue;
            const bool current =
                is_reflection && annotation_of(*copy, std::string(reflector) + "reflected-version") ==
                                     resource_version_of(*found);
            if (!copy || (is_reflection_of(*copy, source_name(*found)) && !current))
                put(api, ns, *found, reflected(*found), "reflector");
            reflections.insert(ns);
        }
        if (!allows) reflections.clear();
    };
}

tool_round external_secrets_round(const std::string& name,
                                  const std::string& document,
                                  const std::vector<std::string>& teams) {
    const external_secret_round round{.name = name, .document = document};
    return [=, last = std::map<std::string, json>()](admin& api) mutable {
        const std::string group = external_secrets;
        const auto cluster_wide = api.find(group + "clusterexternalsecrets/" + name);
        for (const auto& ns : teams) {
            const auto collection = fmt::format("{}namespaces/{}/externalsecrets", group, ns);
            const auto path = fmt::format("{}/{}", collection, name);
            auto external = api.find(path);
            if (!cluster_wide && external) {
                api.remove(path);
                external.reset();
            }
            if (!cluster_wide) {
                if (last.contains(ns)) round.collect(api, ns, last.at(ns));
                continue;
            }
            const auto& spec = cluster_wide->at("spec").at("externalSecretSpec");
            if (!external) {
                external = api.create(collection,
                                      {{"apiVersion", "external-secrets.io/v1"},
                                       {"kind", "ExternalSecret"},
                                       {"metadata", {{"name", name}}},
                                       {"spec", spec}});
            } else if (external->at("spec") != spec) {
                external = api.patch(path, {{"spec", spec}});
            }
            round.deliver(api, ns, *external);
            last[ns] = *external;
        }
    };
}

}  // namespace harness
