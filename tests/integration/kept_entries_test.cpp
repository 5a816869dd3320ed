// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"
#include "support/base64.hpp"

#include <doctest/doctest.h>

using namespace harness;

namespace {

/// Two RegistryCredentials share the Secret of one namespace: a gives quay.io, b gives ghcr.io.
struct pair_of_credentials : scenario {
    std::string ns;
    std::string source_a;
    std::string source_b;
    std::string a;
    std::string b;

    void begin() {
        start();
        ns = add_namespace("team");
        source_a = add_source("a", one_login("quay.io", "a"));
        source_b = add_source("b", one_login("ghcr.io", "b"));
        a = add_credential("a", spec_of({source_a}, {ns}));
        b = add_credential("b", spec_of({source_b}, {ns}));
        await_copy(ns, document("a", "b"));
        await_ready(a, "1/1");
        await_ready(b, "1/1");
        settle();
    }
    static std::string document(const std::string& of_a, const std::string& of_b) {
        return document_of(united(one_login("quay.io", of_a), one_login("ghcr.io", of_b)));
    }
    void suspend_b(bool suspend) {
        change_spec(b, {{"suspend", suspend}});
        settle();
    }
    void await_mutable() {
        eventually("the copy is mutable", [&] {
            const auto found = api().find(secret_path(ns));
            return found && !found->contains("immutable") ? "" : "not yet";
        });
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    pair_of_credentials,
    "an immutable copy is recreated with the entries of a suspended RegistryCredential, and those "
    "of the others rotate") {
    begin();
    suspend_b(true);
    change_source(source_b, one_login("ghcr.io", "b2"));
    settle();
    const auto uid = uid_of(copy_in(ns));
    api().patch(secret_path(ns), {{"immutable", true}});
    await_mutable();
    CHECK(uid_of(copy_in(ns)) != uid);
    await_copy(ns, document("a", "b"));

    stop();
    api().patch(secret_path(ns), {{"immutable", true}});
    change_source(source_a, one_login("quay.io", "a2"));
    start();
    await_copy(ns, document("a2", "b"));
    await_ready(a, "1/1");
    suspend_b(false);
    await_copy(ns, document("a2", "b2"));
    await_ready(b, "1/1");
}

TEST_CASE_FIXTURE(
    pair_of_credentials,
    "an immutable copy is recreated with the entries of a source that is missing after a restart") {
    begin();
    stop();
    api().remove(secret_path(own_namespace, source_b));
    api().patch(secret_path(ns), {{"immutable", true}});
    change_source(source_a, one_login("quay.io", "a2"));
    start();
    await_copy(ns, document("a2", "b"));
    await_ready(a, "1/1");
    await_condition(b, "SourcesValid", "False", "SourceNotFound");
}

TEST_CASE_FIXTURE(pair_of_credentials,
                  "an immutable copy that cannot be read stays while a suspended RegistryCredential may have "
                  "entries in it, and the message names that one") {
    begin();
    suspend_b(true);
    api().patch(secret_path(ns),
                {{"immutable", true}, {"data", {{docker_config_key, to_base64(R"({"auths":[]})")}}}});
    const auto object = await_condition(a, "Synced", "False", "Conflict", "0/1");
    const auto message = condition_of(object, "Synced")["message"].get<std::string>();
    CHECK(message.find("RegistryCredential " + b + " ") != std::string::npos);
    CHECK(data_of(copy_in(ns)) == R"({"auths":[]})");
    suspend_b(false);
    await_copy(ns, document("a", "b"));
    await_ready(a, "1/1");
    await_ready(b, "1/1");
}

TEST_CASE_FIXTURE(
    pair_of_credentials,
    "a login that a source got while its RegistryCredential was suspended is not delivered once "
    "the source is missing, also not after a restart") {
    begin();
    suspend_b(true);
    change_source(source_b, one_login("ghcr.io", "b2"));
    settle();
    api().remove(secret_path(own_namespace, source_b));
    await_condition(b, "SourcesValid", "False", "SourceNotFound");
    const auto before = mark();
    suspend_b(false);
    await_condition(b, "SourcesValid", "False", "SourceNotFound");
    settle();
    stop();
    start();
    settle();
    CHECK(secret_writes(before).empty());
    CHECK(data_of(copy_in(ns)) == document("a", "b"));

    api().create(secrets_in(own_namespace), docker_config_secret(source_b, one_login("ghcr.io", "b3")));
    await_copy(ns, document("a", "b3"));
    await_ready(b, "1/1");
}

TEST_CASE_FIXTURE(
    scenario,
    "a RegistryCredential that is created with a missing source holds up nothing of another one "
    "that shares its Secret") {
    start();
    const auto old = add_namespace("team-a");
    const auto include = named("team-*");
    const auto source = add_source("healthy", united(one_login("quay.io", "a"), one_login("ghcr.io", "b")));
    const auto healthy = add_credential("healthy", spec_of({source}, {include}));
    await_copy(old, document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b"))));
    const auto lacking = add_credential("lacking", spec_of({named("absent")}, {include}));
    await_condition(lacking, "SourcesValid", "False", "SourceNotFound", "0/1");
    CHECK(condition_of(await_ready(healthy, "1/1"), "SourcesValid")["reason"] == "Valid");

    change_source(source, one_login("quay.io", "rotated"));  // and ghcr.io is revoked
    const auto rotated = document_of(one_login("quay.io", "rotated"));
    await_copy(old, rotated);
    const auto late = add_namespace("team-late");
    await_copy(late, rotated);
    api().patch(secret_path(old),
                {{"data", docker_config_secret("x", one_login("quay.io", "edited"))["data"]}});
    await_copy(old, rotated);
    api().remove(secret_path(late));
    await_copy(late, rotated);
    await_ready(healthy, "2/2");

    stop();
    change_source(source, one_login("quay.io", "later"));
    start();
    await_copies({old, late}, document_of(one_login("quay.io", "later")));
    await_ready(healthy, "2/2");
    const auto object = await_condition(lacking, "Synced", "False", "SourceNotFound", "0/2");
    CHECK(condition_of(object, "Synced")["message"].get<std::string>().find(named("absent")) !=
          std::string::npos);
}
