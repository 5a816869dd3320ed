// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

using namespace harness;

namespace {

/// As every controller must order them: the oldest first, then by UID.
void sort_by_precedence(std::vector<json>& objects) {
    std::ranges::sort(objects, {}, [](const json& object) {
        const auto& meta = object.at("metadata");
        return std::pair(meta.at("creationTimestamp").get<std::string>(), meta.at("uid").get<std::string>());
    });
}

}  // namespace

TEST_CASE_FIXTURE(
    scenario, "several RegistryCredentials share one Secret, and the entries of a deleted one are removed") {
    start();
    const auto shared = add_namespace("shared");
    const auto only_a = add_namespace("only-a");
    const auto a =
        add_credential("a", spec_of({add_source("a", one_login("quay.io", "a"))}, {shared, only_a}));
    const auto b = add_credential("b", spec_of({add_source("b", one_login("ghcr.io", "b"))}, {shared}));
    await_copy(shared, document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b"))));
    await_copy(only_a, document_of(one_login("quay.io", "a")));
    std::vector<json> both{await_ready(a, "2/2"), await_ready(b, "1/1")};
    sort_by_precedence(both);
    const auto copy = copy_in(shared);
    CHECK(copy["metadata"]["ownerReferences"] ==
          json::array({owner_reference_to(both[0]), owner_reference_to(both[1])}));
    settle();

    const paused_controller_manager no_garbage_collector;
    const auto before = mark();
    remove_credential(a);
    await_copy(shared, document_of(one_login("ghcr.io", "b")));
    await_no_copy(only_a);
    settle();
    CHECK(uid_of(copy_in(shared)) == uid_of(copy));
    CHECK(secret_writes(before) == lines({"update " + shared + "/regcred", "delete " + only_a + "/regcred"}));
    remove_credential(b);
    await_no_copy(shared);
}

TEST_CASE_FIXTURE(
    scenario,
    "a shared Secret with one Retain among its owners outlives the others, also while no controller runs") {
    cluster::instance().await_garbage_collector();
    start();
    const auto shared = add_namespace("shared");
    const auto plain = add_namespace("plain");
    const auto going =
        add_credential("going", spec_of({add_source("a", one_login("quay.io", "a"))}, {shared, plain}));
    auto spec = spec_of({add_source("b", one_login("ghcr.io", "b"))}, {shared});
    spec["deletionPolicy"] = "Retain";
    const auto keeping = add_credential("keeping", spec);
    await_copy(shared, document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b"))));
    const auto first = await_ready(going, "2/2");
    const auto second = await_ready(keeping, "1/1");
    const auto copy = copy_in(shared);
    CHECK_FALSE(copy["metadata"].contains("ownerReferences"));
    const auto owners = copy["metadata"]["annotations"]["regcred.dev/owner"].get<std::string>();
    CHECK(owners.find(uid_of(first)) != std::string::npos);
    CHECK(owners.find(uid_of(second)) != std::string::npos);
    stop();

    remove_credential(going);
    await_no_copy(plain, "regcred", long_patience);  // the garbage collector has been there
    CHECK(uid_of(copy_in(shared)) == uid_of(copy));
    start();
    await_copy(shared, document_of(one_login("ghcr.io", "b")));
    CHECK(uid_of(copy_in(shared)) == uid_of(copy));
    await_ready(keeping, "1/1");
    CHECK(copy_in(shared)["metadata"]["annotations"]["regcred.dev/owner"] == uid_of(second));
}

TEST_CASE_FIXTURE(
    scenario,
    "a change of deletionPolicy moves the ownership from ownerReferences to the annotation and back") {
    start();
    const auto ns = add_namespace("team");
    const auto credential =
        add_credential("quay", spec_of({add_source("a", one_login("quay.io", "a"))}, {ns}));
    const auto object = await_ready(credential, "1/1");
    const auto expect = [&](bool retained) {
        eventually(retained ? "the annotation" : "the ownerReference", [&] {
            const auto meta = copy_in(ns)["metadata"];
            const bool annotated =
                meta.contains("annotations") && meta["annotations"].contains("regcred.dev/owner");
            return annotated == retained && meta.contains("ownerReferences") != retained ? "" : meta.dump();
        });
    };
    expect(false);
    change_spec(credential, {{"deletionPolicy", "Retain"}});
    expect(true);
    change_spec(credential, {{"deletionPolicy", "Delete"}});
    expect(false);
    CHECK(copy_in(ns)["metadata"]["ownerReferences"] == json::array({owner_reference_to(object)}));
}

TEST_CASE_FIXTURE(scenario,
                  "the older of two RegistryCredentials for one registry wins; the other reports "
                  "RegistryConflict, and wins when the older is deleted") {
    start();
    const auto ns = add_namespace("team");
    const auto a = add_credential("a", spec_of({add_source("a", one_login("quay.io", "a"))}, {ns}));
    // The key as written differs; to the kubelet it is the same registry.
    const auto b = add_credential(
        "b",
        spec_of({add_source("b", united(one_login("https://quay.io/v2/", "b"), one_login("ghcr.io", "b")))},
                {ns}));
    std::vector<json> both{api().get(credential_path(a)), api().get(credential_path(b))};
    sort_by_precedence(both);
    const auto winner = both[0]["metadata"]["name"].get<std::string>();
    const auto loser = both[1]["metadata"]["name"].get<std::string>();
    const auto with_a = united(one_login("quay.io", "a"), one_login("ghcr.io", "b"));
    const auto with_b = united(one_login("https://quay.io/v2/", "b"), one_login("ghcr.io", "b"));

    await_copy(ns, document_of(winner == a ? with_a : with_b));
    await_ready(winner, "1/1");
    const auto object = await_condition(loser, "SourcesValid", "False", "RegistryConflict");
    const auto message = condition_of(object, "SourcesValid")["message"].get<std::string>();
    CHECK(message.find(winner) != std::string::npos);
    CHECK(message.find("quay.io") != std::string::npos);
    CHECK(condition_of(object, "Ready")["reason"] == "RegistryConflict");

    remove_credential(winner);
    await_copy(ns, document_of(winner == a ? with_b : one_login("quay.io", "a")));
    await_ready(loser, "1/1");
}

TEST_CASE_FIXTURE(scenario,
                  "RegistryConflict counts the namespaces where the login of a suspended older "
                  "RegistryCredential is") {
    start();
    const auto include = std::vector{named("team-*")};
    const std::vector held{add_namespace("team-a"), add_namespace("team-b")};
    const auto a = add_credential("a", spec_of({add_source("a", one_login("quay.io", "a"))}, include));
    const auto b = add_credential("b", spec_of({add_source("b", one_login("quay.io", "b"))}, include));
    std::vector<json> both{api().get(credential_path(a)), api().get(credential_path(b))};
    sort_by_precedence(both);
    const auto older = both[0]["metadata"]["name"].get<std::string>();
    const auto younger = both[1]["metadata"]["name"].get<std::string>();
    await_copies(held, document_of(one_login("quay.io", older == a ? "a" : "b")));
    await_ready(older, "2/2");
    change_spec(older, {{"suspend", true}});
    settle();
    const auto fresh = add_namespace("team-new");
    await_copy(fresh, document_of(one_login("quay.io", older == a ? "b" : "a")));
    settle();
    const auto object = await_condition(younger, "SourcesValid", "False", "RegistryConflict");
    const auto message = condition_of(object, "SourcesValid")["message"].get<std::string>();
    CHECK(message.find(older + " in 2 namespaces") != std::string::npos);
}

TEST_CASE_FIXTURE(
    scenario,
    "a shared Secret keeps the entries of a source that is missing after a restart, and the others' rotate") {
    start();
    const auto ns = add_namespace("team");
    const auto broken = add_source("broken", one_login("quay.io", "a"));
    const auto good = add_source("good", one_login("ghcr.io", "b"));
    const auto a = add_credential("a", spec_of({broken}, {ns}));
    const auto b = add_credential("b", spec_of({good}, {ns}));
    const auto before = document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b")));
    await_copy(ns, before);
    await_ready(a, "1/1");
    await_ready(b, "1/1");
    stop();
    api().remove(secret_path(own_namespace, broken));
    change_source(good, one_login("ghcr.io", "b2"));
    start();
    await_condition(a, "SourcesValid", "False", "SourceNotFound");
    await_ready(b, "1/1");
    await_copy(ns, document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b2"))));

    api().create(secrets_in(own_namespace), docker_config_secret(broken, one_login("quay.io", "a")));
    await_copy(ns, document_of(united(one_login("quay.io", "a"), one_login("ghcr.io", "b2"))));
    await_ready(a, "1/1");
    await_ready(b, "1/1");
}

TEST_CASE_FIXTURE(scenario,
                  "a shared copy depends on the set of RegistryCredentials only, for every order of creation "
                  "of up to four") {
    start();
    struct group {
        std::string ns;
        std::vector<std::string> objects;
        std::vector<std::size_t> order;
    };
    // Object i brings a registry of its own and claims the one that all claim.
    std::vector<login_map> brings;
    std::vector<std::string> sources;
    for (std::size_t i = 0; i < 4; ++i) {
        brings.push_back(united(one_login(fmt::format("own{}.example.com", i), fmt::format("own{}", i)),
                                one_login("claimed.example.com", fmt::format("claim{}", i))));
        sources.push_back(add_source(fmt::format("source{}", i), brings.back()));
    }
    std::vector<group> groups;
    for (std::size_t size = 1; size <= 4; ++size) {
        std::vector<std::size_t> order(size);
        std::iota(order.begin(), order.end(), 0U);
        do {
            group made{
                .ns = add_namespace(fmt::format("order{}", groups.size())), .objects = {}, .order = order};
            for (const auto i : order)
                made.objects.push_back(add_credential(fmt::format("order{}-{}", groups.size(), i),
                                                      spec_of({sources[i]}, {made.ns})));
            groups.push_back(std::move(made));
        } while (std::ranges::next_permutation(order).found);
    }
    CHECK(groups.size() == 1 + 2 + 6 + 24);

    std::vector<std::string> documents;
    for (const auto& made : groups) {
        std::vector<json> objects;
        objects.reserve(made.objects.size());
        for (const auto& name : made.objects)
            objects.push_back(api().get(credential_path(name)));
        sort_by_precedence(objects);
        login_map expected;
        for (const auto& object : objects) {
            const auto place = std::ranges::find(made.objects, object["metadata"]["name"].get<std::string>());
            expected =
                united(expected, brings[made.order[static_cast<std::size_t>(place - made.objects.begin())]]);
        }
        documents.push_back(document_of(expected));
        await_copy(made.ns, documents.back());
    }
    settle();
    // A new process learns of all at once, in yet another order: it must find everything right.
    stop();
    const auto before = mark();
    start();
    settle();
    CHECK(secret_writes(before).empty());
    for (std::size_t i = 0; i < groups.size(); ++i)
        await_copy(groups[i].ns, documents[i]);
}
