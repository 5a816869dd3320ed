// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace harness;

// What a controller makes of copies that change while a source is missing that it has never read itself.

namespace {

/// The namespaces whose Secret is out of sync, as status.failures names them with their reasons: "a Reason,b
/// Reason".
std::string failures_of(const json& credential) {
    std::string text;
    for (const auto& failure : credential.at("status").value("failures", json::array()))
        text += (text.empty() ? "" : ",") + failure.at("namespace").get<std::string>() + " " +
                failure.at("reason").get<std::string>();
    return text;
}

/// A RegistryCredential with a source for quay.io, whose Secret is deleted while no controller runs, and
/// perhaps a healthy one for ghcr.io. Each of its two namespaces has a copy with all entries.
struct broken_at_start : scenario {
    std::string broken;
    std::string credential;
    std::string edited;
    std::string deleted;

    void begin(bool has_healthy_source) {
        start();
        edited = add_namespace("team-edited");
        deleted = add_namespace("team-removed");
        broken = add_source("broken", one_login("quay.io", "a"));
        std::vector<std::string> sources{broken};
        if (has_healthy_source) sources.push_back(add_source("healthy", one_login("ghcr.io", "b")));
        credential = add_credential("quay", spec_of(sources, {edited, deleted}));
        await_ready(credential, "2/2");
        settle();
        stop();
        api().remove(secret_path(own_namespace, broken));
        start();
        await_condition(credential, "SourcesValid", "False", "SourceNotFound", "2/2");
        settle();
    }
    void edit(const login_map& logins) {
        api().patch(secret_path(edited), {{"data", docker_config_secret("any", logins).at("data")}});
    }
    void restore_source() {
        api().create(secrets_in(own_namespace), docker_config_secret(broken, one_login("quay.io", "a")));
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    broken_at_start,
    "after a restart with a missing source, an edited copy stays as it is, and a deleted one is "
    "created again when the source can be read") {
    begin(false);
    const auto before = mark();
    edit(united(one_login("quay.io", "edited"), one_login("registry.example.com", "added")));
    api().remove(secret_path(deleted));
    const auto object = await_condition(credential, "Synced", "False", "SourceNotFound", "1/2");
    CHECK(failures_of(object) == deleted + " SourceNotFound");
    settle();
    CHECK(secret_writes(before).empty());

    restore_source();
    await_copies({edited, deleted}, document_of(one_login("quay.io", "a")));
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(
    broken_at_start,
    "after a restart with a missing source, only its entry of an edited copy stays as it is, and "
    "a deleted copy is created again without that entry") {
    begin(true);
    edit(united(united(one_login("quay.io", "edited"), one_login("ghcr.io", "edited")),
                one_login("registry.example.com", "added")));
    api().remove(secret_path(deleted));
    await_copy(edited, document_of(united(one_login("quay.io", "edited"), one_login("ghcr.io", "b"))));
    await_copy(deleted, document_of(one_login("ghcr.io", "b")));
    const auto object = await_condition(credential, "Synced", "False", "SourceNotFound", "1/2");
    CHECK(failures_of(object) == deleted + " SourceNotFound");

    restore_source();
    await_copies({edited, deleted},
                 document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b"))));
    await_ready(credential, "2/2");
}
