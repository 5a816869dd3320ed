// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "manifest_fixture.hpp"
#include "support/subprocess.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <sstream>

using namespace harness;
using namespace nlohmann::literals;

// What the API server accepts in a RegistryCredential, and the examples in manifests/.

namespace {

struct example {
    std::string name;                       // of the file, without .yaml
    std::vector<std::string> expectations;  // the texts after "# expect: "
};

std::vector<example> examples_in(const std::filesystem::path& folder) {
    constexpr std::string_view prefix = "# expect: ";
    std::vector<example> found;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        found.push_back({.name = file.path().stem(), .expectations = {}});
        std::istringstream text(read_text(file.path()));
        for (std::string line; std::getline(text, line);) {
            if (line.starts_with(prefix)) found.back().expectations.push_back(line.substr(prefix.size()));
        }
        CHECK_MESSAGE(!found.back().expectations.empty(), found.back().name);
    }
    return found;
}

/// One kubectl for all the files of a folder, because its start takes longer than the rest.
command_output apply_dry(const std::filesystem::path& folder, const std::string& output) {
    return run({"kubectl", "apply", "--dry-run=server", "-o", output, "-f", folder.string()});
}

/// The line of `text` that contains `part`; empty: none does.
std::string line_with(const std::string& text, const std::string& part) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.find(part) != std::string::npos) return line;
    }
    return {};
}

/// {.a.path[0]} of the object, as kubectl's jsonpath writes it.
std::string value_at(const json& object, const std::string& path) {
    std::string pointer;
    for (const char c : path.substr(1, path.size() - 2)) {
        if (c == '.' || c == '[')
            pointer += '/';
        else if (c != ']')
            pointer += c;
    }
    const auto& value = object.at(json::json_pointer(pointer));
    return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

TEST_CASE_FIXTURE(manifest_fixture, "the API server stores what is valid, and sets defaults") {
    const auto answer = apply(valid_object());
    REQUIRE_MESSAGE(answer.ok(), answer.message());
    const auto& spec = answer.body["spec"];
    CHECK(spec["secretName"] == "regcred");
    CHECK(spec["conflictPolicy"] == "Fail");
    CHECK(spec["deletionPolicy"] == "Delete");
    CHECK(spec["suspend"] == false);

    constexpr auto registry = "/spec/sources/0/registry";
    const auto robots = [] {
        auto list = json::array();
        for (const auto* name : {"quay.io",
                                 "registry.example.com:5000",
                                 "registry:5000",
                                 "localhost",
                                 "localhost:5000",
                                 "10.0.0.1:5000",
                                 "ghcr.io/team",
                                 "ghcr.io/team/",
                                 "registry.example.com:5000/a/b_c/d__e/f-g.h",
                                 "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
                                 "registry-1.docker.io"})
            list.push_back({{"secretRef", {{"name", "robot"}}}, {"registry", name}});
        return list;
    }();
    check_accepted({
        {registry, "https://index.docker.io/v1/"},
        {registry, "docker.io/team"},
        {registry, "docker.io"},
        {"/spec/sources", robots},
        {"/spec/namespaces/selector", json::object()},
        {"/spec/namespaces", R"({"selector": {"matchLabels": {"pull": "private"}}})"_json},
        {"/spec/namespaces",
         R"({"selector": {"matchExpressions": [{"key": "pull", "operator": "Exists"}]}})"_json},
    });

    const auto changed = api().patch(credential_path(answer.body["metadata"]["name"].get<std::string>()),
                                     {{"spec", {{"secretName", "another"}}}});
    CHECK(changed["spec"]["secretName"] == "another");
}

TEST_CASE_FIXTURE(manifest_fixture, "the API server stores every field") {
    const auto spec = R"({
        "secretName": "team.regcred-2",
        "sources": [
            {"secretRef": {"name": "hub-login"},
             "registries": ["https://index.docker.io/v1/", "*.example.com", "quay.io/team-?"]},
            {"secretRef": {"name": "quay-robot"}, "registry": "quay.io"}],
        "namespaces": {
            "include": ["team-*", "payments", "?-prod", "kube-system"],
            "exclude": ["*-sandbox"],
            "selector": {
                "matchLabels": {"pull": "private", "example.com/tier": ""},
                "matchExpressions": [
                    {"key": "example.com/zone", "operator": "In", "values": ["a", "b-1", ""]},
                    {"key": "stage", "operator": "NotIn", "values": ["test"]},
                    {"key": "kubernetes.io/metadata.name", "operator": "Exists"},
                    {"key": "legacy", "operator": "DoesNotExist", "values": []}]}},
        "serviceAccounts": ["default", "build-*", "ci.runner-?"],
        "conflictPolicy": "Adopt",
        "deletionPolicy": "Retain",
        "secretTemplate": {
            "labels": {"team": "platform", "example.com/cost-centre": "42"},
            "annotations": {"example.com/contact": "Platform team <platform@example.com>"}},
        "suspend": true})"_json;
    check_accepted({{"/spec", spec}});
}

TEST_CASE_FIXTURE(manifest_fixture, "the API server stores every field at its limit") {
    const auto subdomain = letters(63) + "." + letters(63) + "." + letters(63) + "." + letters(61);
    auto sources = numbered_sources(16);
    sources[0]["registries"] = numbered("r", 32, ".example.com");
    auto include = numbered("n", 63);
    include.insert(include.begin(), letters(62) + "*");
    auto labels = numbered_keys(31);
    labels[subdomain + "/" + std::string(63, 'b')] = std::string(63, 'c');
    const auto values = numbered("v", 64);
    auto accounts = numbered("s", 15);
    accounts.insert(accounts.begin(),
                    letters(62) + "." + letters(63) + "." + letters(63) + "." + letters(62));
    const json spec = {
        {"secretName", subdomain},
        {"sources", sources},
        {"namespaces",
         {{"include", include},
          {"exclude", numbered("x", 64)},
          {"selector",
           {{"matchLabels", labels},
            {"matchExpressions",
             json::array({{{"key", "e0"}, {"operator", "In"}, {"values", values}},
                          {{"key", "e1"}, {"operator", "In"}, {"values", values}}})}}}}},
        {"serviceAccounts", accounts},
        {"conflictPolicy", "Fail"},
        {"deletionPolicy", "Delete"},
        {"secretTemplate",
         {{"labels", numbered_keys(32, std::string(63, 'v'))}, {"annotations", numbered_keys(32)}}},
        {"suspend", false}};
    CHECK(spec["namespaces"]["exclude"][63] == "x63");
    CHECK(subdomain.size() == 253);
    CHECK(accounts[0].get<std::string>().size() == 253);
    check_accepted({{"/spec", spec}});
}

TEST_CASE_FIXTURE(manifest_fixture, "kubectl refuses and accepts each example as its comment says") {
    const std::filesystem::path folder = REGCRED_REPOSITORY "/tests/integration/manifests";
    const auto refused = apply_dry(folder / "refused", "name");
    for (const auto& [name, expectations] : examples_in(folder / "refused")) {
        const auto line = line_with(refused.text, name + ".yaml\"");
        CHECK_MESSAGE(line.find("error when creating") != std::string::npos, name << ": " << line);
        for (const auto& message : expectations)
            CHECK_MESSAGE(line.find(message) != std::string::npos, name << ": " << line);
    }
    const auto accepted = apply_dry(folder / "accepted", "json");
    REQUIRE_MESSAGE(accepted.code == 0, accepted.text);
    std::map<std::string, json> stored;
    const auto list = json::parse(accepted.text);
    for (const auto& object : list["items"])
        stored[object["metadata"]["name"].get<std::string>()] = object;
    for (const auto& [name, expectations] : examples_in(folder / "accepted")) {
        for (const auto& line : expectations) {  // {.a.path} = value
            const auto separator = line.find(" = ");
            REQUIRE_MESSAGE(separator != std::string::npos, name);
            CHECK(value_at(stored["accepted-" + name], line.substr(0, separator)) ==
                  line.substr(separator + 3));
        }
    }
}
