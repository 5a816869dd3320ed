// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "manifest_fixture.hpp"
#include "support/registry_fields.hpp"

#include <doctest/doctest.h>

using namespace harness;
using namespace nlohmann::literals;

// What the API server refuses in a RegistryCredential, and the words with which it says what to write
// instead.

namespace {

constexpr auto registry = "/spec/sources/0/registry";

constexpr auto account_glob = "write the name of a ServiceAccount or a glob of it";
constexpr auto as_an_image =
    "write the registry as an image's name begins: host, host:port or host/path in lower case";
constexpr auto no_scheme = "write it without scheme and API version, as an image's name begins: quay.io";
constexpr auto docker_hub =
    "for Docker Hub write docker.io, or its key with the slash at the end: https://index.docker.io/v1/";
constexpr auto a_port = "write a port from 1 to 65535";
constexpr auto no_spaces = "remove the spaces and control characters";
constexpr auto no_user = "remove the '@' and what belongs to it";
constexpr auto a_registry =
    "write a registry as it stands in the docker config, or a glob of it, without spaces";
constexpr auto secret_name = "write a name that a Secret can have";
constexpr auto one_login_each =
    "two sources have the same registry, which can have one login only: remove one of them";
constexpr auto an_ipv6 = "write an IPv6 address in lower case and in brackets, with a port from 1 to 65535";
constexpr auto a_source = "name at least one source, for example: - secretRef: {name: my-login}";

/// Two sources: each is a Secret's name and what else the source says.
json sources(const json& first, const json& second) {
    return json::array({first, second});
}

}  // namespace

TEST_CASE_FIXTURE(manifest_fixture, "the API server refuses a registry that no image's name begins with") {
    check_refused({
        {registry, "quay.io/v2/", {"leave out the API version: write quay.io"}},
        {registry, "quay.io/v2/acme", {"leave out the API version: write quay.io/acme"}},
        {registry, "https://quay.io/v2/Acme", {"as an image's name begins: quay.io/acme"}},
        {registry, "https://reg.example.com:5000/", {"as an image's name begins: reg.example.com:5000"}},
        {registry, "https://[fd00::1]:5000", {"as an image's name begins: [fd00::1]:5000"}},
        {registry, "ftp://x", {"as an image's name begins, for example quay.io"}},
        {registry, "https://", {"as an image's name begins, for example quay.io"}},
        {registry, "Quay", {"a registry's host has a dot or a port"}},
        {registry, "localhost/Team", {"images are matched in lower case: write localhost/team"}},
        {registry, "https://quay.io?token=CANARY-token", {"remove the query"}},
        {registry, "quay.io/", {"remove the slash at the end: write quay.io"}},
        {registry, "quay.io/team/app@sha256:0123456789abcdef", {no_user}},
        {registry, "https://docker.io", {docker_hub}},
        {registry, "index.docker.io/team", {docker_hub}},
        {registry, "hub.docker.com", {docker_hub}},
        {registry, "https://index.docker.io/v1", {docker_hub}},
        {registry, "ghcr.io//team", {as_an_image}},
        {registry, "", {as_an_image}},
        {registry, "quay.io#team", {"remove the query"}},
        {registry, "*.example.com", {as_an_image}},
        {registry, "http://quay.io", {no_scheme}},
        {registry, "https://quay.io/v2/", {no_scheme}},
        {registry, "https://quay.io", {no_scheme}},
        {registry, "[::1]", {an_ipv6}},
        {registry, "fd00::1:5000", {an_ipv6}},
        {registry, "[fd00::1]:0/team", {an_ipv6}},
        {registry, "[FD00::1]:5000", {an_ipv6}},
        {registry, "[fd00::1]:5000/team:1", {"a registry has no tag: write [fd00::1]:5000/team"}},
        {registry, " quay.io", {no_spaces}},
        {registry, "quay.io\nghcr.io", {no_spaces}},
        {registry, "team/app", {"a registry's host has a dot or a port"}},
        {registry, "quäy.io", {as_an_image}},
        {registry, std::string("quay.io\0", 8), {no_spaces}},
        {registry, "oci://quay.io/team", {no_scheme}},
        {registry, "quay.io:https", {as_an_image}},
        {registry, "quay.io:123456", {a_port}},
        {registry, "registry.example.com:65536/team", {a_port}},
        {registry, "quay.io?insecure=1", {"remove the query"}},
        {registry, "quay.io ghcr.io", {no_spaces}},
        {registry, "quay.io\t", {no_spaces}},
        {registry, "quay.io/team/app:v1", {"a registry has no tag: write quay.io/team/app"}},
        {registry, "quay.io/" + letters(505), too_long("spec.sources[0].registry", 512)},
        {registry, "quay..io", {as_an_image}},
        {registry, "Quay.io", {"images are matched in lower case: write quay.io"}},
        {registry, "ghcr.io/Team", {"images are matched in lower case: write ghcr.io/team"}},
        {registry, "https://robot:CANARY-password@quay.io", {no_user}},
        {registry, "robot@quay.io", {no_user}},
    });
}

TEST_CASE_FIXTURE(manifest_fixture, "the API server accepts the registries that the controller accepts") {
    std::vector<refusal> refused;
    std::vector<acceptance> accepted;
    for (const auto& [text, is_valid] : registry_fields()) {
        if (is_valid) {
            accepted.push_back({registry, text});
        } else {
            refused.push_back({registry, text, {"spec.sources[0].registry"}});
        }
    }
    check_refused(refused);
    check_accepted(accepted);
}

TEST_CASE_FIXTURE(manifest_fixture,
                  "the API server refuses sources that name no Secret, or one registry twice") {
    constexpr auto all = "/spec/sources";
    constexpr auto registries = "/spec/sources/0/registries";
    const auto quay = R"({"secretRef": {"name": "quay-robot"}, "registry": "quay.io"})"_json;
    const auto other_quay = R"({"secretRef": {"name": "other-robot"}, "registry": "quay.io"})"_json;
    const auto hub = R"({"secretRef": {"name": "hub-login"}, "registry": "docker.io"})"_json;
    const auto other_hub =
        R"({"secretRef": {"name": "other-login"}, "registry": "https://index.docker.io/v1/"})"_json;
    const auto whole = R"({"secretRef": {"name": "hub-login"}})"_json;
    const auto only_quay = R"({"secretRef": {"name": "hub-login"}, "registries": ["quay.io"]})"_json;
    const auto only_ghcr = R"({"secretRef": {"name": "hub-login"}, "registries": ["ghcr.io"]})"_json;
    const std::string listed_twice = "the same Secret is listed twice: list it once";
    check_refused({
        {all, nullptr, {std::string("spec.sources: Required value: ") + a_source}},
        {all, json::array(), {a_source}},
        {all, numbered_sources(17), {"spec.sources: Too many: 17: must have at most 16 items"}},
        {all, sources(hub, other_hub), {one_login_each}},
        {all, sources(quay, other_quay), {one_login_each}},
        {all, sources(quay, quay), {one_login_each}},
        {all, sources(only_quay, only_ghcr), {listed_twice}},
        {all, sources(whole, whole), {listed_twice}},
        {"/spec/sources/0", R"({"registry": "quay.io"})"_json, {"spec.sources[0].secretRef: Required value"}},
        {"/spec/sources/0/secretRef/name", nullptr, {"spec.sources[0].secretRef.name: Required value"}},
        {"/spec/sources/0/secretRef/name",
         "team-a/hub-login",
         {"write the name of a Secret in the controller's namespace"}},
        {"/spec/sources/0/secretRef/namespace",
         "team-a",
         {R"(unknown field "spec.sources[0].secretRef.namespace")"}},
        {"/spec/sources/0",
         R"({"secretRef": {"name": "quay-robot"}, "registry": "quay.io", "registries": ["quay.io"]})"_json,
         {"write registry or registries, not both"}},
        {registries, {""}, {a_registry}},
        {registries,
         json::array(),
         {"name at least one registry, or leave registries out to take every entry"}},
        {registries, {"quay.io, ghcr.io"}, {a_registry}},
        {registries, {"quay.io\t"}, {a_registry}},
        {registries,
         numbered("r", 33, ".example.com"),
         {"spec.sources[0].registries: Too many: 33: must have at most 32 items"}},
        {registries,
         {"quay.io", "quay.io"},
         {R"(spec.sources[0].registries[1]: Duplicate value: "quay.io")"}},
    });
}

TEST_CASE_FIXTURE(manifest_fixture,
                  "the API server refuses serviceAccounts that are neither names nor globs") {
    constexpr auto all = "/spec/serviceAccounts";
    const std::string first = "spec.serviceAccounts[0]";
    check_refused({
        {all, {""}, {first, account_glob}},
        {all, {"!default"}, {first, account_glob}},
        {all, numbered("s", 17), {"spec.serviceAccounts: Too many: 17: must have at most 16 items"}},
        {all, {"default."}, {first, account_glob}},
        {all, {"default", "default"}, {R"(spec.serviceAccounts[1]: Duplicate value: "default")"}},
        {all, {"default", "build_er"}, {"spec.serviceAccounts[1]", account_glob}},
        {all, {"Default"}, {first, account_glob}},
        {all, {"team-a/default"}, {first, account_glob}},
    });
}

TEST_CASE_FIXTURE(
    manifest_fixture,
    "the API server refuses a Secret's name and metadata that no Secret can have, or that regcred sets") {
    constexpr auto name = "/spec/secretName";
    constexpr auto template_labels = "/spec/secretTemplate/labels";
    constexpr auto annotations = "/spec/secretTemplate/annotations";
    const std::string not_ours =
        "remove the keys that belong to regcred and kubectl: those that begin with "
        "regcred.dev/, and kubectl.kubernetes.io/last-applied-configuration";
    const std::string not_set_by_us =
        "remove the keys that regcred sets by itself: those that begin with "
        "regcred.dev/, and app.kubernetes.io/managed-by";
    check_refused({
        {name, "", {secret_name}},
        {name, "team-.regcred", {secret_name}},
        {name, letters(254), too_long("spec.secretName", 253)},
        {name, "reg_cred", {secret_name}},
        {name, "RegCred", {secret_name}},
        {annotations, {{"a/b/c", "x"}}, {"spec.secretTemplate.annotations", label_key}},
        {annotations, {{"kubectl.kubernetes.io/last-applied-configuration", "{}"}}, {not_ours}},
        {annotations, {{"regcred.dev/opt-out", "true"}}, {not_ours}},
        {annotations,
         numbered_keys(33),
         {"spec.secretTemplate.annotations: Too many: 33: must have at most 32 items"}},
        {template_labels, {{"team name", "a"}}, {"spec.secretTemplate.labels", label_key}},
        {template_labels, {{"app.kubernetes.io/managed-by", "Helm"}}, {not_set_by_us}},
        {template_labels, {{"regcred.dev/owner", "me"}}, {not_set_by_us}},
        {template_labels,
         numbered_keys(33),
         {"spec.secretTemplate.labels: Too many: 33: must have at most 32 items"}},
        {template_labels, {{"team", "a b"}}, {label_value}},
        {template_labels, {{"team", letters(64)}}, too_long("spec.secretTemplate.labels.team", 63)},
    });
}

TEST_CASE_FIXTURE(manifest_fixture, "the API server refuses unknown fields, values and types") {
    check_refused({
        {"/spec/conflictPolicy",
         "Overwrite",
         {R"(spec.conflictPolicy: Unsupported value: "Overwrite": supported values: "Fail", "Adopt")"}},
        {"/spec/deletionPolicy",
         "Orphan",
         {R"(spec.deletionPolicy: Unsupported value: "Orphan": supported values: "Delete", "Retain")"}},
        {"/spec", nullptr, {"spec: Required value"}},
        {"/spec/suspend", "yes", {R"(spec.suspend: Invalid value: "string")"}},
        {"/spec/namespace", "team-a", {R"(unknown field "spec.namespace")"}},
    });
}
