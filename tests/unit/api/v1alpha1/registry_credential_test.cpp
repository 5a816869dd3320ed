// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "api/v1alpha1/registry_credential.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::json;
using v1alpha1::read_registry_credential;

namespace {

json minimal() {
    return parsed(R"({"apiVersion":"regcred.dev/v1alpha1","kind":"RegistryCredential",
        "metadata":{"name":"hub","uid":"u","resourceVersion":"1","generation":4},
        "spec":{"sources":[{"secretRef":{"name":"hub-login"}}],"namespaces":{"include":["*"]}}})");
}

json with_spec(const std::string& pointer, const json& value) {
    auto object = minimal();
    object["spec"][json::json_pointer(pointer)] = value;
    return object;
}

json texts(std::size_t count, const std::string& text) {
    return std::vector<std::string>(count, text);
}

json map_of(std::size_t count, const std::string& value) {
    auto map = json::object();
    for (std::size_t i = 0; i < count; ++i)
        map["k" + std::to_string(i)] = value;
    return map;
}

json expressions(std::size_t count) {
    return std::vector<json>(count, {{"key", "a"}, {"operator", "Exists"}});
}

}  // namespace

TEST_CASE("every field of a RegistryCredential is read") {
    auto object = parsed(
        R"({"kind":"RegistryCredential","metadata":{"name":"hub","uid":"u","resourceVersion":"1","generation":4},
        "spec":{"secretName":"pull","conflictPolicy":"Adopt","deletionPolicy":"Retain","suspend":true,
          "sources":[{"secretRef":{"name":"hub-login"},"registries":["*.example.com","quay.io"]},
                     {"secretRef":{"name":"quay.robot"},"registry":"quay.io"}],
          "serviceAccounts":["default","build-*"],
          "namespaces":{"include":["team-*"],"exclude":["*-sandbox"],
            "selector":{"matchLabels":{"pull":"private"},"matchExpressions":[{"key":"tier","operator":"NotIn","values":["x"]}]}},
          "secretTemplate":{"labels":{"team":"platform"},"annotations":{"example.com/note":"any text"}}},
        "status":{"observedGeneration":3}})");
    const auto read = read_registry_credential(object).value();
    CHECK(read.meta.name == "hub");
    CHECK(read.meta.generation == 4);
    CHECK(read.service_accounts == std::vector<std::string>{"default", "build-*"});
    CHECK(read.secret_name == "pull");
    CHECK(read.sources ==
          std::vector<v1alpha1::credential_source>{{"hub-login", "", {"*.example.com", "quay.io"}},
                                                   {"quay.robot", "quay.io", {}}});
    CHECK(read.namespaces.include == std::vector<std::string>{"team-*"});
    CHECK(read.namespaces.exclude == std::vector<std::string>{"*-sandbox"});
    REQUIRE(read.namespaces.selector);
    CHECK(read.namespaces.selector->requirements ==
          std::vector<kube::selector_requirement>{{"pull", kube::selector_operator::in, {"private"}},
                                                  {"tier", kube::selector_operator::not_in, {"x"}}});
    CHECK(read.on_conflict == v1alpha1::conflict_policy::adopt);
    CHECK(read.on_deletion == v1alpha1::deletion_policy::retain);
    CHECK(read.suspend);
    CHECK(read.template_labels == kube::string_map{{"team", "platform"}});
    CHECK(read.template_annotations == kube::string_map{{"example.com/note", "any text"}});
    CHECK(read.status.observed_generation == 3);
}

TEST_CASE("absent fields have the defaults of the CRD") {
    auto object = minimal();
    for (const auto* name :
         {"secretName", "conflictPolicy", "deletionPolicy", "suspend", "secretTemplate", "serviceAccounts"}) {
        object["spec"][name] = nullptr;
    }
    for (const auto& each : {minimal(), object}) {
        const auto read = read_registry_credential(each).value();
        CHECK(read.secret_name == "regcred");
        CHECK(read.on_conflict == v1alpha1::conflict_policy::fail);
        CHECK(read.on_deletion == v1alpha1::deletion_policy::delete_);
        CHECK_FALSE(read.suspend);
        CHECK(read.template_labels.empty());
        CHECK(read.template_annotations.empty());
        CHECK_FALSE(read.namespaces.selector);
        CHECK(read.status == v1alpha1::registry_credential_status{});
    }
}

TEST_CASE("an object that the CRD would reject is malformed, and the error names the field") {
    struct example {
        std::string pointer;
        json value;
        std::string message;
    };
    const std::string long_name(254, 'a');
    const example table[] = {
        {"/secretName", "", "spec.secretName: required"},
        {"/secretName", "Regcred", "spec.secretName: must be the name of a Secret"},
        {"/secretName", long_name, "spec.secretName: must be the name of a Secret"},
        {"/secretName", 5, "spec.secretName: must be a string"},
        {"/sources", nullptr, "spec.sources: required"},
        {"/sources", json::array(), "spec.sources: required"},
        {"/sources", json::object(), "spec.sources: must be a list"},
        {"/sources",
         std::vector<json>(17, {{"secretRef", {{"name", "x"}}}}),
         "spec.sources: must have at most 16 entries"},
        {"/sources/0", json::object(), "spec.sources[0].secretRef.name: required"},
        {"/sources/0", "hub-login", "spec.sources[0]: must be an object"},
        {"/sources/0/secretRef", "hub-login", "spec.sources[0].secretRef: must be an object"},
        {"/sources/0/secretRef/name", "a/b", "spec.sources[0].secretRef.name: must be the name of a Secret"},
        {"/sources/0/registry", "", "spec.sources[0].registry: must not be empty"},
        {"/sources/0/registry", json::array(), "spec.sources[0].registry: must be a string"},
        {"/sources/0/registry",
         std::string(513, 'a'),
         "spec.sources[0].registry: must have at most 512 bytes"},
        {"/sources/0/registries", json::array(), "spec.sources[0].registries: must not be empty"},
        {"/sources/0/registries", texts(33, "a"), "spec.sources[0].registries: must have at most 32 entries"},
        {"/sources/0/registries",
         texts(1, std::string(513, 'a')),
         "spec.sources[0].registries: entries must have at most 512 bytes"},
        {"/sources/0",
         parsed(R"({"secretRef":{"name":"x"},"registry":"quay.io","registries":["*"]})"),
         "spec.sources[0].registries: must not be set together with registry"},
        {"/namespaces", nullptr, "spec.namespaces: must have include or a selector that is not empty"},
        {"/namespaces", json::object(), "spec.namespaces: must have include or a selector that is not empty"},
        {"/namespaces",
         parsed(R"({"include":[],"selector":{}})"),
         "spec.namespaces: must have include or a selector that is not empty"},
        {"/namespaces",
         parsed(R"({"exclude":["a"]})"),
         "spec.namespaces: must have include or a selector that is not empty"},
        {"/namespaces/include", "*", "spec.namespaces.include: must be a list"},
        {"/namespaces/include", texts(65, "a"), "spec.namespaces.include: must have at most 64 entries"},
        {"/namespaces/include", texts(1, ""), "spec.namespaces.include: entries must not be empty"},
        {"/namespaces/include",
         texts(1, std::string(64, 'a')),
         "spec.namespaces.include: entries must have at most 63 bytes"},
        {"/namespaces/include",
         texts(1, "a b"),
         "spec.namespaces.include: entries must be printable ASCII without spaces"},
        {"/namespaces/include",
         texts(1, "a\x7f"),
         "spec.namespaces.include: entries must be printable ASCII without spaces"},
        {"/namespaces/include",
         texts(1, "\xc3\xa4"),
         "spec.namespaces.include: entries must be printable ASCII without spaces"},
        {"/namespaces/exclude",
         texts(1, std::string(64, 'a')),
         "spec.namespaces.exclude: entries must have at most 63 bytes"},
        {"/namespaces/exclude", texts(65, "a"), "spec.namespaces.exclude: must have at most 64 entries"},
        {"/namespaces/selector", "x", "spec.namespaces.selector: must be an object"},
        {"/namespaces/selector",
         parsed(R"({"matchExpressions":[{"key":"a","operator":"Gt","values":["1"]}]})"),
         "spec.namespaces.selector.matchExpressions[0].operator: must be In, NotIn, Exists or DoesNotExist"},
        {"/namespaces/selector",
         {{"matchExpressions", expressions(65)}},
         "spec.namespaces.selector: must have at most 64 requirements"},
        {"/conflictPolicy", "Overwrite", "spec.conflictPolicy: must be Fail or Adopt"},
        {"/conflictPolicy", "fail", "spec.conflictPolicy: must be Fail or Adopt"},
        {"/conflictPolicy", "", "spec.conflictPolicy: must be Fail or Adopt"},
        {"/deletionPolicy", "Orphan", "spec.deletionPolicy: must be Delete or Retain"},
        {"/deletionPolicy", 1, "spec.deletionPolicy: must be a string"},
        {"/suspend", "false", "spec.suspend: must be true or false"},
        {"/secretTemplate", 1, "spec.secretTemplate: must be an object"},
        {"/secretTemplate/labels",
         map_of(33, "x"),
         "spec.secretTemplate.labels: must have at most 32 entries"},
        {"/secretTemplate/labels",
         parsed(R"({"regcred.dev/owner":"x"})"),
         "spec.secretTemplate.labels: must not set keys of regcred"},
        {"/secretTemplate/labels",
         parsed(R"({"app.kubernetes.io/managed-by":"Helm"})"),
         "spec.secretTemplate.labels: must not set keys of regcred"},
        {"/secretTemplate/labels",
         parsed(R"({"a":"b c"})"),
         "spec.secretTemplate.labels: entries must be labels"},
        {"/secretTemplate/labels",
         parsed(R"({"a b":"c"})"),
         "spec.secretTemplate.labels: entries must be labels"},
        {"/secretTemplate/annotations",
         map_of(33, "x"),
         "spec.secretTemplate.annotations: must have at most 32 entries"},
        {"/secretTemplate/annotations",
         map_of(1, std::string(4 * 4096 + 1, 'x')),
         "spec.secretTemplate.annotations: values must have at most 16384 bytes"},
        {"/secretTemplate/annotations",
         parsed(R"({"regcred.dev/owner":"x"})"),
         "spec.secretTemplate.annotations: must not set keys of regcred or kubectl"},
        {"/secretTemplate/annotations",
         parsed(R"({"kubectl.kubernetes.io/last-applied-configuration":"x"})"),
         "spec.secretTemplate.annotations: must not set keys of regcred or kubectl"},
        {"/secretTemplate/annotations",
         parsed(R"({"a b":"x"})"),
         "spec.secretTemplate.annotations: keys must be annotation keys"},
        {"/serviceAccounts", texts(17, "a"), "spec.serviceAccounts: must have at most 16 entries"},
        {"/serviceAccounts", texts(1, ""), "spec.serviceAccounts: entries must not be empty"},
        {"/serviceAccounts",
         texts(1, std::string(254, 'a')),
         "spec.serviceAccounts: entries must have at most 253 bytes"},
        {"/serviceAccounts", "default", "spec.serviceAccounts: must be a list"},
    };
    for (const auto& row : table) {
        CAPTURE(row.pointer);
        CAPTURE(row.message);
        const auto read = read_registry_credential(with_spec(row.pointer, row.value));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().kind == kube::error_kind::malformed);
        CHECK(read.error().message == row.message);
    }
}

TEST_CASE("the largest object that the CRD allows is read") {
    auto object =
        with_spec("/sources", std::vector<json>(16, {{"secretRef", {{"name", std::string(253, 'a')}}}}));
    object["spec"]["sources"][0]["registry"] = std::string(512, 'a');
    object["spec"]["sources"][1]["registries"] = texts(32, std::string(512, 'a'));
    object["spec"]["namespaces"] = {
        {"include", texts(64, std::string(63, 'a'))},
        {"exclude", texts(64, std::string(63, 'a'))},
        {"selector", {{"matchLabels", map_of(32, "v")}, {"matchExpressions", expressions(32)}}}};
    object["spec"]["secretTemplate"] = {{"labels", map_of(32, std::string(63, 'v'))},
                                        {"annotations", map_of(32, std::string(4096, 'v'))}};
    object["spec"]["serviceAccounts"] = texts(16, std::string(253, 'a'));
    const auto read = read_registry_credential(object);
    REQUIRE(read.has_value());
    CHECK(read->sources.size() == 16);
    CHECK(read->namespaces.selector->requirements.size() == 64);
}

TEST_CASE("a selector needs no include, and an empty selector beside include is kept") {
    const auto alone = read_registry_credential(
                           with_spec("/namespaces", parsed(R"({"selector":{"matchLabels":{"a":"b"}}})")))
                           .value();
    CHECK(alone.namespaces.include.empty());
    CHECK(alone.namespaces.selector);
    const auto beside = read_registry_credential(with_spec("/namespaces/selector", json::object())).value();
    REQUIRE(beside.namespaces.selector);
    CHECK(beside.namespaces.selector->requirements.empty());
}

TEST_CASE("an object of another kind, or without metadata or spec, is malformed") {
    auto object = minimal();
    object["kind"] = "PartialObjectMetadata";
    CHECK(read_registry_credential(object).error().message == "kind: must be RegistryCredential");
    CHECK(v1alpha1::read_with_spec_fault(object).error().message == "kind: must be RegistryCredential");
    object = minimal();
    object.erase("spec");
    CHECK(read_registry_credential(object).error().message == "spec.sources: required");
    object = minimal();
    object["metadata"].erase("uid");
    CHECK(read_registry_credential(object).error().message == "metadata.uid: required");
    CHECK(read_registry_credential(parsed("null")).error().message == "must be an object");
}

TEST_CASE("an annotation may have 4096 characters of four bytes") {
    std::string wide;
    for (int n = 0; n < 4096; ++n)
        wide += "\xF0\x9F\x94\x91";  // four bytes
    auto object = minimal();
    object["spec"]["secretTemplate"]["annotations"] = {{"example.com/note", wide}};
    CHECK(read_registry_credential(object).value().template_annotations.at("example.com/note") == wide);
}

TEST_CASE("an object with an invalid spec is read with a fault, metadata and status, and selects nothing") {
    auto object = with_spec("/sources", json::array());
    object["status"] = {{"observedGeneration", 3}};
    const auto read = v1alpha1::read_with_spec_fault(object).value();
    CHECK(read.spec_fault == "spec.sources: required");
    CHECK(read.meta.name == read_registry_credential(with_spec("/suspend", false)).value().meta.name);
    CHECK(read.namespaces.include.empty());
    CHECK_FALSE(read.namespaces.selector.has_value());
    CHECK(v1alpha1::read_with_spec_fault(with_spec("/suspend", false)).value().spec_fault.empty());
}
