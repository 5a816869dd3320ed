// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "outage.hpp"
#include "scenario.hpp"
#include "support/base64.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>

using namespace harness;

namespace {

/// Three RegistryCredentials that share the Secret of the namespaces ROLE-*: two healthy ones, and one that
/// stops delivering.
struct trio {
    std::string role;
    std::string ns;
    std::string bad_source;
    std::string rotating_source;
    std::string bad;
    std::string rotating;
    std::string leaving;
};

/// A way to stop delivering, and what comes of it.
struct disruption {
    std::string role;
    std::function<void(admin&, const trio&)> begin;
    std::string type;    // the condition that shows it; empty: the object is gone
    std::string reason;  // of that condition
    bool in_old;         // its entry stays in the copies that hold it
    bool in_new;         // new namespaces get its entry
};

void patch_spec(admin& api, const std::string& credential, const json& change) {
    api.patch(credential_path(credential), {{"spec", change}});
}

std::vector<disruption> all_disruptions() {
    return {
        {"missing",
         [](admin& api, const trio& t) { api.remove(secret_path(own_namespace, t.bad_source)); },
         "SourcesValid",
         "SourceNotFound",
         true,
         true},
        {"invalid",
         [](admin& api, const trio& t) {
             api.patch(secret_path(own_namespace, t.bad_source),
                       {{"data", {{docker_config_key, to_base64(R"({"auths":[]})")}}}});
         },
         "SourcesValid",
         "SourceInvalid",
         true,
         true},
        {"suspended",
         [](admin& api, const trio& t) { patch_spec(api, t.bad, {{"suspend", true}}); },
         "SourcesValid",
         "Valid",
         true,
         false},
        {"name",
         [](admin& api, const trio& t) { patch_spec(api, t.bad, {{"secretName", "not-allowed"}}); },
         "Synced",
         "SecretNameNotAllowed",
         true,
         false},
        {"deleting",
         [](admin& api, const trio& t) {
             api.patch(credential_path(t.bad), {{"metadata", {{"finalizers", {"example.com/wait"}}}}});
             api.remove(credential_path(t.bad));
         },
         "SourcesValid",
         "Valid",
         true,
         false},
        {"retained",
         [](admin& api, const trio& t) {
             patch_spec(api, t.bad, {{"deletionPolicy", "Retain"}});
             api.remove(credential_path(t.bad));
         },
         "",
         "",
         false,
         false},
        {"undecodable",
         [](admin& api, const trio& t) {
             eventually("the API server takes a spec without sources", [&] {
                 const auto answer = api.send({.method = "PATCH",
                                               .path = credential_path(t.bad),
                                               .body = {{"spec", {{"sources", json::array()}}}},
                                               .as = {}});
                 return answer.ok() ? "" : answer.message();
             });
         },
         "SourcesValid",
         "SpecInvalid",
         true,
         false},
    };
}

login_map logins(bool bad, const std::string& rotating, bool leaving) {
    auto all = one_login("rotating.example.com", rotating);
    if (bad) all = united(all, one_login("bad.example.com", "bad"));
    if (leaving) all = united(all, one_login("leaving.example.com", "leaving"));
    return all;
}

struct isolated : scenario {
    trio add_trio(const std::string& role) {
        trio t;
        t.role = role;
        t.ns = add_namespace(role + "-a");
        const auto include = std::vector{named(role + "-*")};
        t.bad_source = add_source(role + "-bad", one_login("bad.example.com", "bad"));
        t.rotating_source = add_source(role + "-rotating", one_login("rotating.example.com", "one"));
        t.bad = add_credential(role + "-bad", spec_of({t.bad_source}, include));
        t.rotating = add_credential(role + "-rotating", spec_of({t.rotating_source}, include));
        t.leaving = add_credential(
            role + "-leaving",
            spec_of({add_source(role + "-leaving", one_login("leaving.example.com", "leaving"))}, include));
        return t;
    }
    void rotate(const trio& t, const std::string& tag) {
        change_source(t.rotating_source, one_login("rotating.example.com", tag));
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    isolated, "a RegistryCredential that cannot deliver keeps its entries, and the copy follows the others") {
    start();
    const auto disruptions = all_disruptions();
    std::vector<trio> trios;
    for (const auto& each : disruptions)
        trios.push_back(add_trio(each.role));
    for (const auto& t : trios) {
        await_copy(t.ns, document_of(logins(true, "one", true)));
        await_ready(t.bad, "1/1");
    }

    const loose_crd takes_any_spec(api());
    for (std::size_t i = 0; i < trios.size(); ++i) {
        disruptions[i].begin(api(), trios[i]);
        if (!disruptions[i].type.empty() && disruptions[i].reason != "Valid")
            await_condition(trios[i].bad, disruptions[i].type, "False", disruptions[i].reason);
        rotate(trios[i], "two");
    }
    for (std::size_t i = 0; i < trios.size(); ++i) {
        INFO(trios[i].role);
        await_copy(trios[i].ns, document_of(logins(disruptions[i].in_old, "two", true)));  // rotated
        remove_credential(trios[i].leaving);
    }
    std::vector<std::string> late;
    for (std::size_t i = 0; i < trios.size(); ++i) {
        await_copy(trios[i].ns, document_of(logins(disruptions[i].in_old, "two", false)));  // revoked
        late.push_back(add_namespace(trios[i].role + "-late"));
        api().patch(secret_path(trios[i].ns), labels_patch({{"app.kubernetes.io/managed-by", nullptr}}));
    }
    for (std::size_t i = 0; i < trios.size(); ++i) {
        const auto& t = trios[i];
        await_copy(late[i], document_of(logins(disruptions[i].in_new, "two", false)));
        eventually("the label is back", [&] {  // drift
            const auto meta = copy_in(t.ns)["metadata"];
            return meta.value("labels", json::object()).contains("app.kubernetes.io/managed-by")
                       ? ""
                       : meta.dump();
        });
        await_ready(t.rotating, "2/2");
    }

    stop();
    for (const auto& t : trios)
        rotate(t, "three");
    start();
    for (std::size_t i = 0; i < trios.size(); ++i) {
        await_copy(trios[i].ns, document_of(logins(disruptions[i].in_old, "three", false)));
        await_copy(late[i], document_of(logins(disruptions[i].in_new, "three", false)));
        await_ready(trios[i].rotating, "2/2");
        if (disruptions[i].role == "deleting")
            api().patch(credential_path(trios[i].bad), {{"metadata", {{"finalizers", nullptr}}}});
        if (disruptions[i].role == "undecodable")
            remove_credential(trios[i].bad);  // the CRD refuses it again
    }
}

TEST_CASE_FIXTURE(
    scenario,
    "one source of several that is missing from the start does not hold back the others, and the "
    "status names its registry in each namespace") {
    start();
    const auto ns = add_namespace("team");
    const auto there = add_source("there", one_login("quay.io", "a"));
    const auto later = named("later");
    auto spec = spec_of({there}, {ns});
    spec["sources"].push_back({{"secretRef", {{"name", later}}}, {"registry", "ghcr.io"}});
    const auto credential = add_credential("both", spec);
    await_copy(ns, document_of(one_login("quay.io", "a")));
    const auto object = await_condition(credential, "Synced", "False", "SourceNotFound", "0/1");
    const auto message = object["status"]["failures"][0]["message"].get<std::string>();
    CHECK(message.find("ghcr.io") != std::string::npos);
    CHECK(message.find(later) != std::string::npos);

    login without_email = canary_login("b");
    without_email.email.clear();
    add_source(basic_auth_secret(later, without_email));
    await_copy(ns, document_of(united(one_login("quay.io", "a"), {{"ghcr.io", without_email}})));
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(
    scenario,
    "a docker config larger than the admission policy allows is reported by its RegistryCredential, and "
    "the others are delivered") {
    start();
    const auto ns = add_namespace("large-a");
    const auto include = named("large-*");
    const auto small = add_source("small", one_login("quay.io", "one"));
    const auto credential = add_credential("small", spec_of({small}, {include}));
    await_copy(ns, document_of(one_login("quay.io", "one")));
    login_map many;
    for (int i = 0; i < 2600; ++i) {
        auto login = canary_login(std::to_string(i));
        login.password += std::string(60, 'x');
        many.emplace(fmt::format("r{}.example.com", i), login);
    }
    REQUIRE(document_of(many).size() > 524'288);
    const auto large = add_credential("large", spec_of({add_source("large", many)}, {include}));
    const auto object = await_condition(large, "Synced", "False", "SourceTooLarge", "0/1");
    CHECK(condition_of(object, "Synced")["message"].get<std::string>().find("--max-document-bytes") !=
          std::string::npos);
    change_source(small, one_login("quay.io", "two"));
    await_copy(ns, document_of(one_login("quay.io", "two")));
    await_copy(add_namespace("large-b"), document_of(one_login("quay.io", "two")));
    await_ready(credential, "2/2");
    await_condition(large, "SourcesValid", "True", "Valid", "0/2");
}

TEST_CASE_FIXTURE(
    scenario,
    "deletionPolicy counts from the moment it is accepted, also for an object that is deleted at once") {
    start();
    const auto kept = add_namespace("kept");
    const auto gone = add_namespace("gone");
    const auto source = add_source("quay", one_login("quay.io", "a"));
    const auto to_retain = add_credential("to-retain", spec_of({source}, {kept}));
    auto spec = spec_of({source}, {gone});
    spec["deletionPolicy"] = "Retain";
    const auto to_delete = add_credential("to-delete", spec);
    await_ready(to_retain, "1/1");
    await_ready(to_delete, "1/1");
    settle();

    change_spec(to_retain, {{"deletionPolicy", "Retain"}});
    remove_credential(to_retain);
    change_spec(to_delete, {{"deletionPolicy", "Delete"}});
    remove_credential(to_delete);
    await_no_copy(gone);
    eventually("the copy has no ownerReference", [&]() -> std::string {
        const auto found = api().find(secret_path(kept));
        if (!found) return "the copy is gone";
        return found->at("metadata").contains("ownerReferences") ? "owned" : "";
    });
    settle();
    CHECK(data_of(copy_in(kept)) == document_of(one_login("quay.io", "a")));
}

TEST_CASE_FIXTURE(scenario,
                  "of two objects that are deleted at once, only the one with Retain leaves its entries") {
    start();
    const auto ns = add_namespace("team");
    const auto a = add_credential("a", spec_of({add_source("a", one_login("quay.io", "a"))}, {ns}));
    auto spec = spec_of({add_source("b", one_login("ghcr.io", "b"))}, {ns});
    spec["deletionPolicy"] = "Retain";
    const auto b = add_credential("b", spec);
    await_copy(ns, document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b"))));
    await_ready(a, "1/1");
    await_ready(b, "1/1");
    settle();
    remove_credential(b);
    remove_credential(a);
    eventually("the copy has only the retained entry, or is gone if it was reconciled in between",
               [&]() -> std::string {
                   const auto found = api().find(secret_path(ns));
                   if (!found) return "";
                   return data_of(*found) == document_of(one_login("ghcr.io", "b")) ? "" : data_of(*found);
               });
}
