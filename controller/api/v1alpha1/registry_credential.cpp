// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "api/v1alpha1/registry_credential.hpp"

#include "kube/api/names.hpp"
#include "kube/field_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace v1alpha1 {

namespace {

constexpr std::size_t max_sources = 16;
constexpr std::size_t max_registries = 32;
constexpr std::size_t max_globs = 64;
constexpr std::size_t max_requirements = 64;  // matchLabels and matchExpressions
constexpr std::size_t max_template_entries = 32;
constexpr std::size_t max_registry_bytes = 512;
constexpr std::size_t max_namespace_bytes = 63;
constexpr std::size_t max_service_accounts = 16;
constexpr std::size_t max_service_account_bytes = 253;
constexpr std::size_t max_annotation_bytes =
    4 * 4096;  // the CRD's maxLength counts characters of up to four bytes

bool is_own_key(std::string_view key) noexcept {
    return key.starts_with("regcred.dev/");
}

std::string too_many(std::size_t max, std::string_view items = "entries") {
    return "must have at most " + std::to_string(max) + " " + std::string(items);
}

/// Globs for registries or names of objects: printable ASCII without spaces.
kube::result<std::vector<std::string>> read_globs(const kube::field_reader& from,
                                                  std::string_view name,
                                                  std::size_t max_entries,
                                                  std::size_t max_bytes) {
    auto globs = from.get_strings(name);
    if (!globs) return globs.error();
    if (globs->size() > max_entries) return from.invalid(name, too_many(max_entries));
    for (const auto& glob : *globs) {
        if (glob.empty()) return from.invalid(name, "entries must not be empty");
        if (glob.size() > max_bytes)
            return from.invalid(name, "entries must have at most " + std::to_string(max_bytes) + " bytes");
        if (!std::ranges::all_of(glob, [](char c) { return c >= '!' && c <= '~'; })) {
            return from.invalid(name, "entries must be printable ASCII without spaces");
        }
    }
    return globs;
}

kube::result<std::string> read_secret_name(const kube::field_reader& from, std::string_view name) {
    auto read = from.get_required_string(name);
    if (read && !kube::is_dns1123_subdomain(*read)) return from.invalid(name, "must be the name of a Secret");
    return read;
}

kube::result<credential_source> read_source(const kube::field_reader& from) {
    const auto reference = from.get_object("secretRef");
    if (!reference) return reference.error();
    auto secret_name = read_secret_name(*reference, "name");
    if (!secret_name) return secret_name.error();
    auto registry = from.get_string("registry");
    if (!registry) return registry.error();
    if (*registry && (*registry)->empty()) return from.invalid("registry", "must not be empty");
    if (*registry && (*registry)->size() > max_registry_bytes) {
        return from.invalid("registry", "must have at most " + std::to_string(max_registry_bytes) + " bytes");
    }
    auto registries = read_globs(from, "registries", max_registries, max_registry_bytes);
    if (!registries) return registries.error();
    // An empty list would take no entry, whereas an absent one takes all.
    if (from.has("registries") && registries->empty()) return from.invalid("registries", "must not be empty");
    if (*registry && !registries->empty())
        return from.invalid("registries", "must not be set together with registry");
    return credential_source{
        std::move(*secret_name), std::move(*registry).value_or(std::string{}), std::move(*registries)};
}

kube::result<std::vector<credential_source>> read_sources(const kube::field_reader& spec) {
    const auto each = spec.get_objects("sources");
    if (!each) return each.error();
    if (each->empty()) return spec.invalid("sources", "required");
    if (each->size() > max_sources) return spec.invalid("sources", too_many(max_sources));
    std::vector<credential_source> sources;
    for (const auto& from : *each) {
        auto source = read_source(from);
        if (!source) return source.error();
        sources.push_back(std::move(*source));
    }
    return sources;
}

kube::result<namespace_selection> read_namespaces(const kube::field_reader& spec) {
    const auto from = spec.get_object("namespaces");
    if (!from) return from.error();
    namespace_selection selection;
    auto include = read_globs(*from, "include", max_globs, max_namespace_bytes);
    if (!include) return include.error();
    auto exclude = read_globs(*from, "exclude", max_globs, max_namespace_bytes);
    if (!exclude) return exclude.error();
    if (from->has("selector")) {
        const auto object = from->get_object("selector");
        if (!object) return object.error();
        auto selector = kube::read_label_selector(*object);
        if (!selector) return selector.error();
        if (selector->requirements.size() > max_requirements)
            return from->invalid("selector", too_many(max_requirements, "requirements"));
        selection.selector = std::move(*selector);
    }
    // All namespaces are written as include: ["*"], never implied by an empty selection.
    if (include->empty() && (!selection.selector || selection.selector->requirements.empty())) {
        return kube::malformed(from->path() + ": must have include or a selector that is not empty");
    }
    selection.include = std::move(*include);
    selection.exclude = std::move(*exclude);
    return selection;
}

kube::result<void> read_template(const kube::field_reader& spec, registry_credential& into) {
    const auto from = spec.get_object("secretTemplate");
    if (!from) return from.error();
    auto labels = from->get_string_map("labels");
    if (!labels) return labels.error();
    auto annotations = from->get_string_map("annotations");
    if (!annotations) return annotations.error();
    if (labels->size() > max_template_entries) return from->invalid("labels", too_many(max_template_entries));
    if (annotations->size() > max_template_entries)
        return from->invalid("annotations", too_many(max_template_entries));
    for (const auto& [key, value] : *labels) {
        if (!kube::is_qualified_name(key) || !kube::is_label_value(value))
            return from->invalid("labels", "entries must be labels");
        if (is_own_key(key) || key == "app.kubernetes.io/managed-by")
            return from->invalid("labels", "must not set keys of regcred");
    }
    for (const auto& [key, value] : *annotations) {
        if (!kube::is_qualified_name(key))
            return from->invalid("annotations", "keys must be annotation keys");
        if (value.size() > max_annotation_bytes)
            return from->invalid(
                "annotations", "values must have at most " + std::to_string(max_annotation_bytes) + " bytes");
        if (is_own_key(key) || key == "kubectl.kubernetes.io/last-applied-configuration") {
            return from->invalid("annotations", "must not set keys of regcred or kubectl");
        }
    }
    into.template_labels = std::move(*labels);
    into.template_annotations = std::move(*annotations);
    return {};
}

kube::result<void> read_policies(const kube::field_reader& spec, registry_credential& into) {
    const auto on_conflict = spec.get_string("conflictPolicy");
    if (!on_conflict) return on_conflict.error();
    const auto conflict = on_conflict->value_or("Fail");
    if (conflict != "Fail" && conflict != "Adopt")
        return spec.invalid("conflictPolicy", "must be Fail or Adopt");
    const auto on_deletion = spec.get_string("deletionPolicy");
    if (!on_deletion) return on_deletion.error();
    const auto deletion = on_deletion->value_or("Delete");
    if (deletion != "Delete" && deletion != "Retain")
        return spec.invalid("deletionPolicy", "must be Delete or Retain");
    const auto suspend = spec.get_bool("suspend");
    if (!suspend) return suspend.error();
    into.on_conflict = conflict == "Adopt" ? conflict_policy::adopt : conflict_policy::fail;
    into.on_deletion = deletion == "Retain" ? deletion_policy::retain : deletion_policy::delete_;
    into.suspend = suspend->value_or(false);
    return {};
}

}  // namespace

namespace {

/// Reads metadata and status.
kube::result<registry_credential> read_without_spec(const kube::json& object) {
    if (auto kind = kube::check_kind(object, {registry_credential_kind}); !kind) return kind.error();
    auto meta = kube::read_meta(object);
    if (!meta) return meta.error();
    registry_credential read;
    read.meta = std::move(*meta);
    read.status = read_status(object);
    return read;
}

}  // namespace

kube::result<registry_credential> read_registry_credential(const kube::json& object) {
    auto without_spec = read_without_spec(object);
    if (!without_spec) return without_spec.error();
    registry_credential read = *std::move(without_spec);
    const auto spec = kube::field_reader(object, {}).get_object("spec");
    if (!spec) return spec.error();
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
        read_globs(*spec, "serviceAccounts", max_service_accounts, max_service_account_bytes);
    if (!service_accounts) return service_accounts.error();
    read.sources = std::move(*sources);
    read.namespaces = std::move(*namespaces);
    read.service_accounts = std::move(*service_accounts);
    return read;
}

kube::result<registry_credential> read_with_spec_fault(const kube::json& object) {
    auto read = read_registry_credential(object);
    if (read) return read;
    auto without_spec = read_without_spec(object);
    if (without_spec) without_spec->spec_fault = read.error().message;
    return without_spec;
}

}  // namespace v1alpha1
