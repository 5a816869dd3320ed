// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/source.hpp"

#include "reconcile/state/reasons.hpp"
#include "util/utf8.hpp"

#include <string_view>
#include <utility>

namespace reconcile {

namespace {

using parsed_content = decltype(parsed_source::content);

constexpr std::string_view username_key = "username";
constexpr std::string_view password_key = "password";

std::string secret_label(const std::string& name) {
    return "Secret \"" + name + "\": ";
}

dockerconfig::source_error in_secret(const std::string& name,
                                     dockerconfig::source_fault fault,
                                     const std::string& message) {
    return {fault, secret_label(name) + message};
}

const util::secret_bytes* find(const kube::secret& secret, std::string_view key) {
    const auto found = secret.data.find(key);
    return found == secret.data.end() || found->second.empty() ? nullptr : &found->second;
}

dockerconfig::source_error missing(std::string_view type, std::string_view key) {
    return {dockerconfig::source_fault::missing_data,
            "its type is " + std::string{type} + ", but key " + std::string{key} +
                " of its data is missing or empty"};
}

dockerconfig::source_result<parsed_content> parse_config(const kube::secret& secret,
                                                         std::string_view key,
                                                         dockerconfig::docker_config_form form) {
    const auto* value = find(secret, key);
    if (value == nullptr) return missing(secret.type, key);
    auto config = dockerconfig::parse_docker_config(value->reveal(), form);
    if (!config) return config.error();
    return parsed_content{*std::move(config)};
}

dockerconfig::source_result<parsed_content> parse_basic_auth(const kube::secret& secret) {
    for (const auto key : {username_key, password_key}) {
        if (find(secret, key) == nullptr) return missing(secret.type, key);
    }
    auto credential = dockerconfig::login::make(
        find(secret, username_key)->clone(), find(secret, password_key)->clone(), {});
    if (!credential) return credential.error();
    return parsed_content{*std::move(credential)};
}

dockerconfig::source_error unsupported(const kube::secret& secret) {
    const auto recreate_as = [&](std::string_view type) {
        return ", which cannot be changed; recreate the Secret with --type=" + std::string{type};
    };
    std::string message = "its type is " + util::one_line(secret.type, 64);
    if (secret.data.contains(kube::docker_config_json_key)) {
        message += recreate_as(kube::docker_config_json_type);
    } else if (secret.data.contains(kube::docker_cfg_key)) {
        message += recreate_as(kube::docker_cfg_type);
    } else if (secret.data.contains(username_key) && secret.data.contains(password_key)) {
        message += recreate_as(kube::basic_auth_type);
    } else {
        message +=
            "; a source must be of type kubernetes.io/dockerconfigjson ('kubectl create secret "
            "docker-registry'), kubernetes.io/dockercfg or kubernetes.io/basic-auth";
    }
    return {dockerconfig::source_fault::unsupported_type, std::move(message)};
}

dockerconfig::source_result<parsed_content> parse_content(const kube::secret& secret) {
    if (secret.type == kube::docker_config_json_type) {
        return parse_config(
            secret, kube::docker_config_json_key, dockerconfig::docker_config_form::config_json);
    }
    if (secret.type == kube::docker_cfg_type)
        return parse_config(secret, kube::docker_cfg_key, dockerconfig::docker_config_form::cfg);
    if (secret.type == kube::basic_auth_type) return parse_basic_auth(secret);
    return unsupported(secret);
}

dockerconfig::source_result<selected_entries> select_from(const dockerconfig::docker_config& config,
                                                          const v1alpha1::credential_source& source) {
    if (!source.registry.empty()) {
        return dockerconfig::source_error{
            dockerconfig::source_fault::registry_not_allowed,
            "`registry` is for a Secret of type kubernetes.io/basic-auth; a docker config names its "
            "registries itself: remove `registry`, or choose among them with `registries`"};
    }
    return dockerconfig::select_entries(config, source.registries);
}

dockerconfig::source_result<selected_entries> select_from(
    const std::shared_ptr<const dockerconfig::login>& credential, const v1alpha1::credential_source& source) {
    if (source.registry.empty()) {
        return dockerconfig::source_error{
            dockerconfig::source_fault::registry_missing,
            "its type is kubernetes.io/basic-auth, which names no registry: add `registry` to the source"};
    }
    if (!source.registries.empty()) {
        return dockerconfig::source_error{dockerconfig::source_fault::registries_not_allowed,
                                          "its type is kubernetes.io/basic-auth, and `registries` chooses "
                                          "entries of a docker config: remove `registries`"};
    }
    auto key = dockerconfig::registry_key::parse_for_basic_auth(source.registry);
    if (!key)
        return dockerconfig::source_error{dockerconfig::source_fault::bad_key,
                                          "`registry` of the source: " + key.error().message};
    return selected_entries{{{*std::move(key), credential}}, credential->hints()};
}

}  // namespace

std::string_view reason_of(dockerconfig::source_fault fault) noexcept {
    switch (fault) {
        case dockerconfig::source_fault::too_large:
            return reasons::source_too_large;
        case dockerconfig::source_fault::duplicate_registry:
            return reasons::duplicate_registry;
        default:
            return reasons::source_invalid;
    }
}

dockerconfig::source_result<std::shared_ptr<const parsed_source>> parse_source_secret(
    const kube::secret& secret) {
    auto content = parse_content(secret);
    if (!content) return in_secret(secret.meta.name, content.error().fault, content.error().message);
    return std::make_shared<const parsed_source>(parsed_source{secret.meta.name, *std::move(content)});
}

dockerconfig::source_result<selected_entries> select_entries(const parsed_source& parsed,
                                                             const v1alpha1::credential_source& source) {
    auto selected =
        std::visit([&source](const auto& content) { return select_from(content, source); }, parsed.content);
    if (!selected) return in_secret(parsed.secret_name, selected.error().fault, selected.error().message);
    for (auto& note : selected->notes)
        note.insert(0, secret_label(parsed.secret_name));
    return selected;
}

source_secret read_source(kube::secret&& full) {
    source_secret kept{.meta = {}, .parsed = parse_source_secret(full)};
    kept.meta.name = std::move(full.meta.name);
    kept.meta.namespace_name = std::move(full.meta.namespace_name);
    kept.meta.uid = std::move(full.meta.uid);
    kept.meta.resource_version = std::move(full.meta.resource_version);
    full.data.clear();
    return kept;
}

kube::result<source_secret> decode_source(const kube::json& object) {
    auto decoded = kube::read_secret(object);
    if (decoded.has_error()) return decoded.error();
    return read_source(std::move(*decoded));
}

}  // namespace reconcile
