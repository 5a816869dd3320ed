// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "api/v1alpha1/registry_credential.hpp"

#include "kube/api/names.hpp"
#include "kube/fields.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace v1alpha1 {

namespace {

constexpr std::size_t most_sources = 16;
constexpr std::size_t most_registries = 32;
constexpr std::size_t most_globs = 64;
constexpr std::size_t most_requirements = 32;
constexpr std::size_t most_template_entries = 32;
constexpr std::size_t longest_registry = 512;
constexpr std::size_t longest_namespace = 63;
constexpr std::size_t most_service_accounts = 16;
constexpr std::size_t longest_service_account = 253;
constexpr std::size_t longest_annotation = 4 * 4096;  // maxLength counts characters, of up to four bytes

bool is_own_key(std::string_view key) noexcept {
    return key.starts_with("regcred.dev/");
}

// Globs of printable ASCII without spaces: what registries and names of objects are made of.
kube::result<std::vector<std::string>> read_globs(const kube::fields& from,
                                                  std::string_view name,
                                                  std::size_t most,
                                                  std::size_t longest) {
    auto globs = from.texts(name);
    if (!globs) return globs.error();
    if (globs->size() > most) return from.fault(name, "more than " + std::to_string(most) + " entries");
    for (const auto& glob : *globs) {
        if (glob.empty()) return from.fault(name, "an entry is empty");
        if (glob.size() > longest)
            return from.fault(name, "an entry is longer than " + std::to_string(longest) + " bytes");
        if (!std::ranges::all_of(glob, [](char c) { return c >= '!' && c <= '~'; })) {
            return from.fault(name, "an entry has spaces, control characters or characters beyond ASCII");
        }
    }
    return globs;
}

kube::result<std::string> read_secret_name(const kube::fields& from, std::string_view name) {
    auto read = from.required_text(name);
    if (read && !kube::is_dns1123_subdomain(*read)) return from.fault(name, "not the name of a Secret");
    return read;
}

kube::result<credential_source> read_source(const kube::fields& from) {
    const auto reference = from.object("secretRef");
    if (!reference) return reference.error();
    auto secret_name = read_secret_name(*reference, "name");
    if (!secret_name) return secret_name.error();
    auto registry = from.text("registry");
    if (!registry) return registry.error();
    if (*registry && (*registry)->empty()) return from.fault("registry", "empty");
    if (*registry && (*registry)->size() > longest_registry) {
        return from.fault("registry", "longer than " + std::to_string(longest_registry) + " bytes");
    }
    auto registries = read_globs(from, "registries", most_registries, longest_registry);
    if (!registries) return registries.error();
    // No entry would be taken, where the absent list takes all.
    if (from.has("registries") && registries->empty()) return from.fault("registries", "empty");
    if (*registry && !registries->empty()) return from.fault("registries", "not together with registry");
    return credential_source{
        std::move(*secret_name), std::move(*registry).value_or(std::string{}), std::move(*registries)};
}

kube::result<std::vector<credential_source>> read_sources(const kube::fields& spec) {
    const auto each = spec.objects("sources");
    if (!each) return each.error();
    if (each->empty()) return spec.fault("sources", "required");
    if (each->size() > most_sources)
        return spec.fault("sources", "more than " + std::to_string(most_sources) + " entries");
    std::vector<credential_source> sources;
    for (const auto& from : *each) {
        auto source = read_source(from);
        if (!source) return source.error();
        sources.push_back(std::move(*source));
    }
    return sources;
}

kube::result<namespace_selection> read_namespaces(const kube::fields& spec) {
    const auto from = spec.object("namespaces");
    if (!from) return from.error();
    namespace_selection selection;
    auto include = read_globs(*from, "include", most_globs, longest_namespace);
    if (!include) return include.error();
    auto exclude = read_globs(*from, "exclude", most_globs, longest_namespace);
    if (!exclude) return exclude.error();
    if (from->has("selector")) {
        const auto described = from->object("selector");
        if (!described) return described.error();
        auto selector = kube::read_label_selector(*described);
        if (!selector) return selector.error();
        if (selector->requirements.size() > 2 * most_requirements)
            return from->fault("selector", "too many requirements");
        selection.selector = std::move(*selector);
    }
    // Everywhere is written include: ["*"], never implied by what is left out.
    if (include->empty() && (!selection.selector || selection.selector->requirements.empty())) {
        return kube::malformed(from->path() + ": include, or a selector that is not empty, is required");
    }
    selection.include = std::move(*include);
    selection.exclude = std::move(*exclude);
    return selection;
}

kube::result<void> read_template(const kube::fields& spec, registry_credential& into) {
    const auto from = spec.object("secretTemplate");
    if (!from) return from.error();
    auto labels = from->text_map("labels");
    if (!labels) return labels.error();
    auto annotations = from->text_map("annotations");
    if (!annotations) return annotations.error();
    if (labels->size() > most_template_entries) return from->fault("labels", "too many entries");
    if (annotations->size() > most_template_entries) return from->fault("annotations", "too many entries");
    for (const auto& [key, value] : *labels) {
        if (!kube::is_qualified_name(key) || !kube::is_label_value(value))
            return from->fault("labels", "an entry is not a label");
        if (is_own_key(key) || key == "app.kubernetes.io/managed-by")
            return from->fault("labels", "a key is regcred's own");
    }
    for (const auto& [key, value] : *annotations) {
        if (!kube::is_qualified_name(key))
            return from->fault("annotations", "a key is not the key of an annotation");
        if (value.size() > longest_annotation) return from->fault("annotations", "a value is too long");
        if (is_own_key(key) || key == "kubectl.kubernetes.io/last-applied-configuration") {
            return from->fault("annotations", "a key is regcred's or kubectl's own");
        }
    }
    into.template_labels = std::move(*labels);
    into.template_annotations = std::move(*annotations);
    return {};
}

kube::result<void> read_policies(const kube::fields& spec, registry_credential& into) {
    const auto on_conflict = spec.text("conflictPolicy");
    if (!on_conflict) return on_conflict.error();
    const auto conflict = on_conflict->value_or("Fail");
    if (conflict != "Fail" && conflict != "Adopt")
        return spec.fault("conflictPolicy", "neither Fail nor Adopt");
    const auto on_deletion = spec.text("deletionPolicy");
    if (!on_deletion) return on_deletion.error();
    const auto deletion = on_deletion->value_or("Delete");
    if (deletion != "Delete" && deletion != "Retain")
        return spec.fault("deletionPolicy", "neither Delete nor Retain");
    const auto suspend = spec.flag("suspend");
    if (!suspend) return suspend.error();
    into.on_conflict = conflict == "Adopt" ? conflict_policy::adopt : conflict_policy::fail;
    into.on_deletion = deletion == "Retain" ? deletion_policy::retain : deletion_policy::delete_;
    into.suspend = suspend->value_or(false);
    return {};
}

}  // namespace

kube::result<registry_credential> read_registry_credential(const kube::json& object) {
    if (auto kind = kube::check_kind(object, {registry_credential_kind}); !kind) return kind.error();
    auto meta = kube::read_meta(object);
    if (!meta) return meta.error();
    const auto spec = kube::fields(object, {}).object("spec");
    if (!spec) return spec.error();
    registry_credential read;
    if (spec->has("secretName")) {
        auto name = read_secret_name(*spec, "secretName");
        if (!name) return name.error();
        read.secret_name = std::move(*name);
    }
    auto sources = read_sources(*spec);
    if (!sources) return sources.error();
    auto namespaces = read_namespaces(*spec);
    if (!namespaces) return namespaces.error();
    if (auto policies = read_policies(*spec, read); !policies) return policies.error();
    if (auto entries = read_template(*spec, read); !entries) return entries.error();
    auto service_accounts =
        read_globs(*spec, "serviceAccounts", most_service_accounts, longest_service_account);
    if (!service_accounts) return service_accounts.error();
    read.meta = std::move(*meta);
    read.sources = std::move(*sources);
    read.namespaces = std::move(*namespaces);
    read.service_accounts = std::move(*service_accounts);
    read.status = read_status(object);
    return read;
}

}  // namespace v1alpha1
