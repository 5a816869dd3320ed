// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/quorum_reader.hpp"

#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using kube::error_kind;
using reconcile::says_absent;

namespace {

kube::error failure(error_kind kind, const char* details_kind) {
    kube::error e(kind, "registrycredentials.regcred.dev \"hub\" not found");
    e.details_kind = details_kind;
    return e;
}

}  // namespace

TEST_CASE("only a 404 about the object says that the object does not exist") {
    CHECK(says_absent(failure(error_kind::not_found, "registrycredentials"), v1alpha1::registry_credentials));
    CHECK(says_absent(failure(error_kind::not_found, "namespaces"), kube::namespaces));
    // A path that the server does not serve: the CRD is gone, or a proxy answers.
    CHECK_FALSE(says_absent(failure(error_kind::not_found, ""), v1alpha1::registry_credentials));
    // A Secret that is asked for in a namespace that is gone.
    CHECK_FALSE(says_absent(failure(error_kind::not_found, "namespaces"), kube::secrets));
    CHECK_FALSE(says_absent(failure(error_kind::forbidden, "secrets"), kube::secrets));
}

TEST_CASE("an older version, or other content with the same version, contradicts the known object") {
    kube::object_meta known;
    known.uid = "u";
    known.resource_version = "10";
    known.labels = {{"pull", "private"}};
    auto read = known;
    CHECK_FALSE(reconcile::contradicts(read, known));
    read.labels.clear();
    CHECK(reconcile::contradicts(read, known));
    read.resource_version = "11";
    CHECK_FALSE(reconcile::contradicts(read, known));
    read.resource_version = "9";
    CHECK(reconcile::contradicts(read, known));
    read.uid = "another object of that name";
    CHECK_FALSE(reconcile::contradicts(read, known));
}

namespace {

using wire::in_turn;
using wire::ok;
using wire::refusal;
using lines = std::vector<std::string>;

const std::string credentials_path = "/apis/regcred.dev/v1alpha1/registrycredentials";

kube::json list_of(const std::string& kind,
                   const std::vector<kube::json>& items,
                   const std::string& next = {}) {
    kube::json list{{"apiVersion", "v1"}, {"kind", kind}, {"items", items}};
    list["metadata"] = {{"resourceVersion", "99"}};
    if (!next.empty()) list["metadata"]["continue"] = next;
    return list;
}

std::string credentials(const std::vector<kube::json>& items, const std::string& next = {}) {
    return ok(list_of("RegistryCredentialList", items, next));
}

struct cluster : build::cluster_fixture {
    explicit cluster(std::vector<std::string> responses)
        : stage(in_turn(std::move(responses))), reader(*stage.client, state) {
        auto object = build::credential("hub");
        object.meta.resource_version = "10";
        state.credentials().upsert(std::move(object));
        auto namespace_object = build::live_namespace("team-a");
        namespace_object.meta.resource_version = "11";
        state.namespaces().upsert(std::move(namespace_object));
    }
    kube::result<void> confirm(std::set<std::string> names) {
        return stage.run(reader.confirm({.all_credentials = false,
                                         .credentials = std::move(names),
                                         .namespace_name = "team-a",
                                         .copies = {}}));
    }

    api_fixture stage;
    reconcile::quorum_reader reader;
};

}  // namespace

TEST_CASE("confirm reads each RegistryCredential and the namespace into the state") {
    auto hub = wire::credential("hub", "20");
    hub["spec"]["namespaces"]["include"] = kube::json::array({"team-b"});
    cluster c({ok(hub),
               refusal(404, "NotFound", "registrycredentials"),
               ok(wire::namespace_object("team-a", "21"))});
    CHECK(c.confirm({"hub", "quay"}).has_value());
    CHECK(wire::request_lines(c.stage) == lines{"GET " + credentials_path + "/hub",
                                                "GET " + credentials_path + "/quay",
                                                "GET /api/v1/namespaces/team-a"});
    CHECK(c.find_credential("hub")->meta.resource_version == "20");
    CHECK(c.find_credential("hub")->namespaces.include == lines{"team-b"});
    CHECK(c.state.find_namespace("team-a")->meta.resource_version == "21");
}

TEST_CASE("confirm removes an absent RegistryCredential and an absent namespace from the state") {
    cluster c({refusal(404, "NotFound", "registrycredentials"), refusal(404, "NotFound", "namespaces")});
    CHECK(c.confirm({"hub"}).has_value());
    CHECK(c.find_credential("hub") == nullptr);
    CHECK(c.state.find_namespace("team-a") == nullptr);
}

TEST_CASE("confirm fails on a 404 without details and on any other error, and changes nothing") {
    for (const auto& response : {refusal(404, "NotFound"),
                                 refusal(500, "InternalError"),
                                 refusal(403, "Forbidden"),
                                 ok(wire::namespace_object("hub", "20"))}) {
        cluster c({response, ok(wire::namespace_object("team-a", "21"))});
        CHECK(c.confirm({"hub"}).has_error());
        CHECK(c.find_credential("hub") != nullptr);
        CHECK(wire::request_lines(c.stage).size() == 1);
    }
    cluster c({ok(wire::credential("hub", "20")), refusal(500, "InternalError")});
    CHECK(c.confirm({"hub"}).has_error());
}

TEST_CASE("confirm lists the RegistryCredentials before all else and reads the copies at the end, if asked") {
    const reconcile::removal_reads reads{.all_credentials = true,
                                         .credentials = {"hub"},
                                         .namespace_name = "team-a",
                                         .copies = {{.namespace_name = "team-a", .name = "regcred"}}};
    const lines all{"GET " + credentials_path,
                    "GET " + credentials_path + "/hub",
                    "GET /api/v1/namespaces/team-a",
                    "GET /api/v1/namespaces/team-a/secrets/regcred"};
    const lines good{credentials({wire::credential("hub", "20")}),
                     ok(wire::credential("hub", "20")),
                     ok(wire::namespace_object("team-a", "21")),
                     ok(wire::secret("team-a", "30"))};
    {
        cluster c(good);
        CHECK(c.stage.run(c.reader.confirm(reads)).has_value());
        CHECK(wire::request_lines(c.stage) == all);
        CHECK(c.state.find_copy({.namespace_name = "team-a", .name = "regcred"}) != nullptr);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {  // and ends at the first error
        auto responses = good;
        responses[i] = refusal(500, "InternalError");
        cluster c(responses);
        CHECK(c.stage.run(c.reader.confirm(reads)).has_error());
        CHECK(wire::request_lines(c.stage).size() == i + 1);
    }
}

TEST_CASE("a mass removal reads a RegistryCredential once, and each namespace") {
    cluster c({ok(wire::credential("hub", "20")),
               ok(wire::namespace_object("team-a", "21")),
               ok(wire::namespace_object("team-a", "22"))});
    CHECK(c.confirm({"hub"}).has_value());
    CHECK(c.confirm({"hub"}).has_value());
    CHECK(wire::request_lines(c.stage).size() == 3);
    CHECK(c.state.find_namespace("team-a")->meta.resource_version == "22");
}

TEST_CASE("a failed read does not count as a recent one") {
    cluster c({refusal(500, "InternalError"),
               ok(wire::credential("hub", "20")),
               ok(wire::namespace_object("team-a", "21"))});
    CHECK(c.confirm({"hub"}).has_error());
    CHECK(c.confirm({"hub"}).has_value());
    CHECK(c.find_credential("hub")->meta.resource_version == "20");
}

TEST_CASE("read_copy puts a copy into the state, and removes an absent one") {
    cluster c(
        {ok(wire::secret("team-a", "30")), refusal(404, "NotFound", "secrets"), refusal(404, "NotFound")});
    const runtime::object_key key{.namespace_name = "team-a", .name = "regcred"};
    CHECK(c.stage.run(c.reader.read_copy(key)).has_value());
    REQUIRE(c.state.find_copy(key) != nullptr);
    CHECK(c.state.find_copy(key)->meta.resource_version == "30");
    CHECK(c.stage.run(c.reader.read_copy(key)).has_value());
    CHECK(c.state.find_copy(key) == nullptr);
    CHECK(c.stage.run(c.reader.read_copy(key)).has_error());
}

namespace {

std::string namespaces(const std::vector<kube::json>& items, const std::string& next = {}) {
    return ok(list_of("PartialObjectMetadataList", items, next));
}
kube::json partial(const std::string& name, const std::string& resource_version) {
    return {{"kind", "PartialObjectMetadata"}, {"metadata", wire::metadata(name, resource_version)}};
}

}  // namespace

TEST_CASE("read_everything reads all pages, and removes no object that they lack") {
    cluster c({credentials({wire::credential("hub", "20")}),
               namespaces({partial("team-b", "21")}, "more"),
               namespaces({partial("team-c", "22")})});
    CHECK(c.stage.run(c.reader.read_everything()).has_value());
    CHECK(c.stage.last_request().find("continue=more") != std::string::npos);
    CHECK(c.find_credential("hub")->meta.resource_version == "20");
    for (const auto* name : {"team-a", "team-b", "team-c"})
        CHECK(c.state.find_namespace(name) != nullptr);
}

TEST_CASE("read_everything fails on an older state, and on a repeated continue token") {
    cluster older({credentials({wire::credential("hub", "9")})});
    CHECK(older.stage.run(older.reader.read_everything()).has_error());
    CHECK(older.find_credential("hub")->meta.resource_version == "10");
    cluster namespaces_older({credentials({}), namespaces({partial("team-a", "9")})});
    CHECK(namespaces_older.stage.run(namespaces_older.reader.read_everything()).has_error());
    cluster endless({credentials({}), namespaces({}, "more"), namespaces({}, "more")});
    CHECK(endless.stage.run(endless.reader.read_everything()).has_error());
}

TEST_CASE("read_everything skips an object that it cannot decode, and halves a page that is too large") {
    auto broken = wire::credential("hub", "20");
    broken["metadata"].erase("uid");
    cluster c({credentials({broken}),
               refusal(413, "RequestEntityTooLarge"),
               namespaces({partial("team-b", "21")})});
    CHECK(c.stage.run(c.reader.read_everything()).has_value());
    CHECK(c.find_credential("hub")->meta.resource_version == "10");
    CHECK(c.stage.server.requests()[1].find("limit=100") != std::string::npos);
    CHECK(c.stage.server.requests()[2].find("limit=50") != std::string::npos);
}

TEST_CASE("a RegistryCredential with an invalid spec is read with its fault") {
    auto invalid = wire::credential("hub", "20");
    invalid["spec"] = "invalid";
    cluster c({ok(invalid), ok(wire::namespace_object("team-a", "21"))});
    CHECK(c.confirm({"hub"}).has_value());
    CHECK(c.find_credential("hub")->meta.resource_version == "20");
    CHECK_FALSE(c.find_credential("hub")->spec_fault.empty());
}

TEST_CASE("read_credentials lists all RegistryCredentials, once within a second") {
    cluster c({credentials({wire::credential("other", "20")})});
    CHECK(c.stage.run(c.reader.read_credentials()).has_value());
    CHECK(c.find_credential("other") != nullptr);
    CHECK(c.find_credential("hub") != nullptr);
    CHECK(c.stage.run(c.reader.read_credentials()).has_value());
    CHECK(c.stage.server.requests().size() == 1);
    cluster failing({refusal(500, "InternalError"), credentials({})});
    CHECK(failing.stage.run(failing.reader.read_credentials()).has_error());
    CHECK(failing.stage.run(failing.reader.read_credentials()).has_value());
}
