// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "migration_fixture.hpp"

#include "pull_history.hpp"
#include "support/base64.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

namespace harness {

namespace {

constexpr auto guides = REGCRED_REPOSITORY "/deploy/migrate/";
constexpr auto guides_prefix = "team-";

std::string replaced(const std::string& text, const std::string& pattern, const std::string& with) {
    return std::regex_replace(text, std::regex(pattern), with);
}

}  // namespace

migration::migration() {
    for (const auto& path : {credential_path("example"), secret_path(own_namespace, "example-login")}) {
        api().remove(path);  // of a run that was killed
        delete_at_end(path);
    }
    teams_ = {team_prefix() + "a", team_prefix() + "b"};
    for (const auto& ns : teams_)
        add_fixed_namespace(ns);
    eventually(
        "no other test has left a Secret of the guides' name",
        [&]() -> std::string {
            const auto left = api().list("/api/v1/secrets?fieldSelector=metadata.name%3Dregcred");
            return left.empty() ? "" : left.front().at("metadata").dump();
        },
        long_patience);
}

/// The test before this one may not be rid of a namespace of that name yet.
void migration::add_fixed_namespace(const std::string& name) {
    delete_at_end(namespace_path(name));
    eventually(
        "namespace " + name,
        [&] {
            const auto answer =
                api().send({.method = "POST", .path = namespaces, .body = namespace_object(name), .as = {}});
            return answer.ok() ? "" : answer.message();
        },
        long_patience);
    eventually("its ServiceAccount", [&] { return api().find(account_path(name)) ? "" : "none"; });
}

std::string migration::deploy(const std::string& name, const std::string& in_namespace) {
    former_ = in_namespace;
    add_fixed_namespace(former_);
    const auto collection = "/apis/apps/v1/namespaces/" + former_ + "/deployments";
    const json labels = {{"app", name}};
    api().create(collection,
                 {{"metadata", {{"name", name}}},
                  {"spec",
                   {{"replicas", 1},
                    {"selector", {{"matchLabels", labels}}},
                    {"template",
                     {{"metadata", {{"labels", labels}}},
                      {"spec", {{"containers", json::array({json{{"name", name}, {"image", name}}})}}}}}}}});
    return collection + "/" + name;
}

void migration::define(const std::string& group, const std::string& kind, const std::string& scope) {
    std::string singular = kind;
    std::ranges::transform(singular, singular.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto name = singular + "s." + group;
    const json version = {
        {"name", "v1"},
        {"served", true},
        {"storage", true},
        {"schema",
         {{"openAPIV3Schema", {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}}}}}};
    const std::string path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    delete_at_end(path + "/" + name);
    static_cast<void>(api().send(
        {.method = "POST",
         .path = path,
         .body = {{"metadata", {{"name", name}}},
                  {"spec",
                   {{"group", group},
                    {"scope", scope},
                    {"names", {{"kind", kind}, {"plural", singular + "s"}, {"singular", singular}}},
                    {"versions", json::array({version})}}}},
         .as = {}}));
    eventually(name + " is served",
               [&] { return run({"kubectl", "get", name, "-A"}).code == 0 ? "" : "not yet"; });
}

std::string migration::former_source(const std::string& name, const json& annotations) {
    auto secret = secret_object(name, docker_config_type, {{docker_config_key, login_file()}});
    secret["metadata"]["annotations"] = annotations;
    api().create(secrets_in(former_), secret);
    return secret_path(former_, name);
}

void migration::add_pods(const std::string& secret) {
    for (const auto& ns : teams()) {
        json pod = {
            {"metadata", {{"name", "web"}}},
            {"spec",
             {{"containers",
               json::array({json{{"name", "web"}, {"image", "registry.example.com/team/app:v1"}}})}}}};
        if (!secret.empty()) pod["spec"]["imagePullSecrets"] = json::array({json{{"name", secret}}});
        api().create(namespace_path(ns) + "/pods", pod);
    }
}

void migration::follow(const std::string& guide, const std::vector<replacement>& variant) {
    pull_history history(api(), login_of_guide());
    const temporary_folder folder;
    for (const auto& file : std::filesystem::directory_iterator(guides))
        folder.write(file.path().filename().string(), of_this_test(read_text(file.path())));
    auto text = read_text(guides + guide);
    for (const auto& [from, to] : variant)
        text = replaced(text, from, to);
    const auto document = folder.write(guide, of_this_test(text));
    const auto ran =
        run({"bash", REGCRED_REPOSITORY "/tests/support/document.sh", document, folder.path("")});
    if (variant.empty() && ran.code == 0 && std::getenv("WRITE_DOCUMENTS") != nullptr)
        std::ofstream(guides + guide) << of_the_guide(ran.text);
    const auto seen = folder.write("seen.md", ran.text);
    const auto difference = run({"diff", "--unified", document, seen});
    CHECK_MESSAGE(
        difference.code == 0,
        guide << " does not show what a run shows (WRITE_DOCUMENTS=1 writes it): " << difference.text);
    const auto gaps = history.gaps(teams());
    CHECK_MESSAGE(gaps.empty(), guide << ": no login at " << fmt::format("{}", fmt::join(gaps, "\n")));
}

void migration::check_taken_over() {
    const auto credential = await_ready("example", "2/2");
    for (const auto& ns : teams()) {
        CHECK(data_of(copy_in(ns)) ==
              document_of(login_map{{"registry.example.com",
                                     {.username = login_of_guide().at("registry.example.com").username,
                                      .password = login_of_guide().at("registry.example.com").password,
                                      .email = {}}}}));
        const auto owners = copy_in(ns)["metadata"]["ownerReferences"];
        CHECK(owners == json::array({owner_reference_to(credential)}));
    }
}

std::string migration::of_this_test(const std::string& text) const {
    return replaced(text, guides_prefix, team_prefix());
}

std::string migration::of_the_guide(const std::string& text) const {
    return replaced(text, team_prefix(), guides_prefix);
}

const login_map& migration::login_of_guide() {
    static const login_map logins = one_login("registry.example.com", "guide");
    return logins;
}

std::string migration::login_file() {
    const auto& who = login_of_guide().at("registry.example.com");
    const json entry = {{"auth", to_base64(who.username + ":" + who.password)}};
    return json{{"auths", {{"registry.example.com", entry}}}}.dump(2);
}

}  // namespace harness
