// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/source_resolver.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using reconcile::source_resolver;
using reconcile::source_secret;

namespace {

source_secret docker_source(const std::string& name, const std::string& document) {
    kube::secret secret;
    secret.meta = build::meta(name, "regcred-system");
    secret.type = std::string(kube::docker_config_json_type);
    secret.data.emplace(kube::docker_config_json_key, util::secret_bytes::copy_of(document));
    return reconcile::read_source(std::move(secret));
}

std::string login(const std::string& registry, const std::string& password) {
    return R"({"auths":{")" + registry + R"(":{"username":"u","password":")" + password + R"("}}})";
}

v1alpha1::registry_credential from_sources(const std::vector<std::string>& names) {
    auto object = build::credential("hub");
    object.sources.clear();
    for (const auto& name : names)
        object.sources.push_back({.secret_name = name, .registry = {}, .registries = {}});
    return object;
}

/// The controller's namespace, as a test changes it.
struct vault {
    std::map<std::string, source_secret> secrets;
    source_resolver reads{"regcred-system"};

    reconcile::resolution resolve(const v1alpha1::registry_credential& object) {
        return reads.resolve(object, [this](const std::string& name) -> const source_secret* {
            const auto found = secrets.find(name);
            return found == secrets.end() ? nullptr : &found->second;
        });
    }
    void put(const std::string& name, const std::string& document) {
        secrets.insert_or_assign(name, docker_source(name, document));
    }
};

}  // namespace

TEST_CASE("the sources of an object are combined, sorted by registry") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    v.put("b", login("ghcr.io", "CANARY-2"));
    const auto result = v.resolve(from_sources({"a", "b"}));
    CHECK(result.fault.reason.empty());
    REQUIRE(result.entries != nullptr);
    REQUIRE(result.entries->size() == 2);
    CHECK(result.entries->front().key.written() == "ghcr.io");
}

TEST_CASE("the notes on all valid sources are reported, and those on a broken one are not") {
    vault v;
    const auto with_empty = [](const std::string& registry) {
        return R"({"auths":{"empty.io":{},")" + registry + R"(":{"auth":"dTpw"}}})";
    };
    v.put("a", with_empty("quay.io"));
    v.put("b", with_empty("ghcr.io"));
    const auto object = from_sources({"a", "b"});
    const auto both = v.resolve(object);
    CHECK(both.fault.reason.empty());
    REQUIRE(both.notes.size() == 2);
    CHECK(both.notes[0].find("Secret \"a\": ignored entry \"empty.io\"") == 0);
    CHECK(both.notes[1].find("Secret \"b\": ") == 0);
    v.put("b", "{");
    CHECK(v.resolve(object).notes.size() == 1);
}

TEST_CASE("a source that goes missing or becomes invalid keeps its last good content") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    v.put("b", login("ghcr.io", "CANARY-2"));
    const auto object = from_sources({"a", "b"});
    const auto good = v.resolve(object);

    SUBCASE("missing") {
        v.secrets.erase("b");
        const auto now = v.resolve(object);
        CHECK(now.fault.reason == "SourceNotFound");
        CHECK(now.fault.message.find("regcred-system/b") != std::string::npos);
        CHECK(reconcile::same_entries(now.entries, good.entries));
    }
    SUBCASE("invalid, and the other one rotated") {
        v.put("b", R"({"auths":{"ghcr.io":{"auth":"%%%"}}})");
        v.put("a", login("quay.io", "CANARY-3"));
        const auto now = v.resolve(object);
        CHECK(now.fault.reason == "SourceInvalid");
        CHECK(now.fault.message.find("CANARY") == std::string::npos);
        REQUIRE(now.entries != nullptr);
        CHECK(now.entries->at(1).credential->password().reveal() == "CANARY-3");
        CHECK(now.entries->at(0).credential->password().reveal() == "CANARY-2");
    }
    SUBCASE("and when it is good again, that is delivered") {
        v.secrets.erase("b");
        REQUIRE(v.resolve(object).fault.reason == "SourceNotFound");
        v.put("b", login("ghcr.io", "CANARY-4"));
        const auto now = v.resolve(object);
        CHECK(now.fault.reason.empty());
        CHECK(now.entries->at(0).credential->password().reveal() == "CANARY-4");
    }
}

TEST_CASE("with a source that was never valid the others are delivered, and that one is unknown") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    const auto now = v.resolve(from_sources({"a", "b"}));
    CHECK(now.fault.reason == "SourceNotFound");
    CHECK(now.entries->size() == 1);
    REQUIRE(now.unknown.size() == 1);
    CHECK(now.unknown.front().secret_name == "b");
}

TEST_CASE("a source that does not exist is reported with the command that creates it") {
    vault v;
    auto object = from_sources({"login"});
    CHECK(v.resolve(object).fault.message ==
          "Secret regcred-system/login does not exist; create it with 'kubectl -n regcred-system create "
          "secret docker-registry login ...' or correct spec.sources");
    object.sources.front().registry = "quay.io";
    CHECK(v.resolve(object).fault.message ==
          "Secret regcred-system/login does not exist; create it with 'kubectl -n regcred-system create "
          "secret generic login --type=kubernetes.io/basic-auth --from-literal=username=... "
          "--from-file=password=...' or correct spec.sources");
}

TEST_CASE("origins name the source of each entry, also of one that is missing now") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    v.put("b", login("ghcr.io", "CANARY-2"));
    const auto object = from_sources({"a", "b"});
    const reconcile::source_names expected{{"quay.io", "a"}, {"ghcr.io", "b"}};
    CHECK(v.resolve(object).origins == expected);
    v.secrets.erase("b");
    CHECK(v.resolve(object).origins == expected);
    CHECK(v.resolve(object).unknown.empty());
}

TEST_CASE("a source that leaves the spec is revoked and forgotten") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    v.put("b", login("ghcr.io", "CANARY-2"));
    REQUIRE(v.resolve(from_sources({"a", "b"})).entries->size() == 2);
    CHECK(v.resolve(from_sources({"a"})).entries->size() == 1);
    v.secrets.erase("b");
    CHECK(v.resolve(from_sources({"a", "b"})).entries->size() == 1);
}

TEST_CASE("what a source has while its object is suspended is known, and is not its last good content") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    auto object = from_sources({"a"});
    const auto password = [&v, &object] {
        const auto now = v.resolve(object);
        return now.entries->empty() ? "" : std::string(now.entries->front().credential->password().reveal());
    };
    SUBCASE("after it has delivered") {
        REQUIRE(password() == "CANARY-1");
        object.suspend = true;
        v.put("a", login("quay.io", "CANARY-2"));
        CHECK(password() == "CANARY-2");
        v.secrets.erase("a");
        CHECK(password() == "CANARY-1");
        object.suspend = false;
        CHECK(password() == "CANARY-1");
    }
    SUBCASE("since the controller has started") {
        object.suspend = true;
        CHECK(password() == "CANARY-1");
        v.secrets.erase("a");
        object.suspend = false;
        CHECK(password().empty());
        CHECK(v.resolve(object).unknown.size() == 1);
    }
    SUBCASE("and it is delivered when the object is resumed") {
        object.suspend = true;
        REQUIRE(password() == "CANARY-1");
        object.suspend = false;
        v.put("a", login("quay.io", "CANARY-2"));
        REQUIRE(password() == "CANARY-2");
        v.secrets.erase("a");
        CHECK(password() == "CANARY-2");
    }
}

TEST_CASE("forget drops the last good content") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    const auto object = from_sources({"a"});
    REQUIRE(v.resolve(object).entries != nullptr);
    v.reads.forget(object.meta.uid);
    v.secrets.clear();
    CHECK(v.resolve(object).entries->empty());
    CHECK(v.resolve(object).unknown.size() == 1);
}

TEST_CASE("a registry in two sources of an object is an error that names both") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    v.put("b", login("quay.io", "CANARY-2"));
    const auto now = v.resolve(from_sources({"a", "b"}));
    CHECK(now.fault.reason == "DuplicateRegistry");
    CHECK(now.fault.message.find('a') != std::string::npos);
    CHECK(now.entries->empty());
    CHECK(now.unknown.size() == 2);
}

TEST_CASE("two sources with one registry do not hold back the other sources") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    v.put("b", login("quay.io", "CANARY-2"));
    v.put("c", login("ghcr.io", "CANARY-3"));
    const auto first = v.resolve(from_sources({"a", "b", "c"}));
    CHECK(first.fault.reason == "DuplicateRegistry");
    CHECK(first.origins == reconcile::source_names{{"ghcr.io", "c"}});
    CHECK(first.unknown.size() == 2);
    v.put("c", login("docker.io", "CANARY-4"));  // a rotation
    CHECK(v.resolve(from_sources({"a", "b", "c"})).origins == reconcile::source_names{{"docker.io", "c"}});
}

TEST_CASE("a new source with a registry of another source does not change that one") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    v.put("c", login("ghcr.io", "CANARY-3"));
    REQUIRE(v.resolve(from_sources({"a", "c"})).fault.reason.empty());
    v.put("b", login("quay.io", "CANARY-2"));
    v.put("c", login("docker.io", "CANARY-4"));
    const auto now = v.resolve(from_sources({"a", "b", "c"}));
    CHECK(now.fault.reason == "DuplicateRegistry");
    CHECK(now.origins == reconcile::source_names{{"docker.io", "c"}, {"quay.io", "a"}});
    REQUIRE(now.unknown.size() == 1);
    CHECK(now.unknown[0].secret_name == "b");
}

TEST_CASE("sources that swap registries deliver the same entries as before") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    v.put("b", login("ghcr.io", "CANARY-2"));
    v.put("c", login("docker.io", "CANARY-3"));
    const auto object = from_sources({"a", "b", "c"});
    const auto good = v.resolve(object);
    v.put("a", login("ghcr.io", "CANARY-4"));  // now of b too
    v.put("c", login("quay.io", "CANARY-5"));  // now of what a had before
    const auto now = v.resolve(object);
    CHECK(now.fault.reason == "DuplicateRegistry");
    CHECK(reconcile::same_entries(now.entries, good.entries));
}

TEST_CASE("a source with a registry of another source changes nothing until one of them is corrected") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    v.put("b", login("ghcr.io", "CANARY-2"));
    const auto object = from_sources({"a", "b"});
    const auto good = v.resolve(object);
    v.put("b", login("quay.io", "CANARY-3"));
    for (int again = 0; again < 2; ++again) {
        const auto now = v.resolve(object);
        CHECK(now.fault.reason == "DuplicateRegistry");
        CHECK(reconcile::same_entries(now.entries, good.entries));
    }
    // What is wrong with one source is not forgotten over what is wrong with the other.
    v.secrets.erase("a");
    CHECK(v.resolve(object).fault.reason == "SourceNotFound");
    v.put("a", login("docker.io", "CANARY-4"));
    const auto mended = v.resolve(object);
    CHECK(mended.fault.reason.empty());
    REQUIRE(mended.entries != nullptr);
    CHECK(mended.entries->size() == 2);
    CHECK_FALSE(reconcile::same_entries(mended.entries, good.entries));
}

TEST_CASE("a mistake in `registry` or `registries` does not limit which entries of a source are kept") {
    vault v;
    v.put("a", login("quay.io", "CANARY-1"));
    kube::secret basic;
    basic.meta = build::meta("b", "regcred-system");
    basic.type = std::string(kube::basic_auth_type);
    basic.data.emplace("username", util::secret_bytes::copy_of("u"));
    basic.data.emplace("password", util::secret_bytes::copy_of("CANARY-2"));
    v.secrets.emplace("b", reconcile::read_source(std::move(basic)));
    const auto unknown = [&v](const v1alpha1::credential_source& source) {
        auto object = from_sources({});
        object.sources = {source};
        const auto result = v.resolve(object);
        CHECK(result.entries->empty());
        return result.unknown;
    };
    const auto unlimited = [](const std::string& name) {
        return std::vector<v1alpha1::credential_source>{
            {.secret_name = name, .registry = {}, .registries = {}}};
    };
    CHECK(unknown({.secret_name = "a", .registry = {}, .registries = {"quay.oi"}}) == unlimited("a"));
    CHECK(unknown({.secret_name = "a", .registry = "quay.io", .registries = {}}) == unlimited("a"));
    CHECK(unknown({.secret_name = "b", .registry = {}, .registries = {}}) == unlimited("b"));
    CHECK(unknown({.secret_name = "b", .registry = "quay.io", .registries = {"quay.io"}}) == unlimited("b"));

    const v1alpha1::credential_source missing{.secret_name = "c", .registry = {}, .registries = {"quay.oi"}};
    CHECK(unknown(missing) == std::vector{missing});
    v.put("c", "{");
    CHECK(unknown(missing) == std::vector{missing});
}
