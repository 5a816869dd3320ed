// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_writer.hpp"

#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using wire::created;
using wire::in_turn;
using wire::json_body_of;
using wire::ok;
using wire::refusal;

const std::string secrets_path = "/api/v1/namespaces/team-a/secrets";
const std::string secret_path = secrets_path + "/regcred";
const std::string trial_path = secrets_path + "/regcred-dry-run";

/// A view in which docker-hub wants the Secret, and which holds it as it is known.
reconcile::secret_view wanted(reconcile::ownership owner) {
    reconcile::secret_view view;
    view.key = build::here;
    view.contributors = {build::shared(build::credential("docker-hub"))};
    view.desired = build::desired(R"({"auths":{"quay.io":{"auth":"CANARY-auth"}}})");
    view.owner = owner;
    if (owner == reconcile::ownership::absent) return view;
    auto copy = build::copy(view.contributors, "old");
    copy.meta.finalizers = {"example.com/keep"};
    view.present = std::make_shared<const reconcile::observed_secret>(std::move(copy));
    return view;
}

struct writer {
    explicit writer(std::vector<std::string> responses) : stage(in_turn(std::move(responses))) {}
    [[nodiscard]] std::vector<std::string> requests() const { return stage.server.requests(); }
    [[nodiscard]] kube::result<reconcile::observed_secret> recreate() {
        return stage.run(
            writes.recreate(wanted(reconcile::ownership::ours), [this] { after = requests().size(); }));
    }

    api_fixture stage;
    reconcile::secret_writer writes{*stage.client};
    std::size_t after = 0;  // how many requests recreate() called back
};

}  // namespace

TEST_CASE("create applies the desired metadata and the document, and returns the Secret of the response") {
    writer w({created(wire::secret("team-a", "30"))});
    const auto made = w.stage.run(w.writes.create(wanted(reconcile::ownership::absent)));
    REQUIRE(made.has_value());
    CHECK(made->meta.resource_version == "30");
    CHECK(wire::request_lines(w.stage) == lines{"PATCH " + secret_path});
    CHECK(w.requests()[0].find("Content-Type: application/apply-patch+yaml") != std::string::npos);
    const auto body = json_body_of(w.requests()[0]);
    CHECK(body["type"] == "kubernetes.io/dockerconfigjson");
    CHECK(body["data"].size() == 1);
    CHECK(body["data"].contains(".dockerconfigjson"));
    CHECK(body["metadata"]["name"] == "regcred");
    CHECK(body["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "regcred");
    CHECK(body["metadata"]["ownerReferences"][0]["name"] == "docker-hub");
    CHECK(body["metadata"]["annotations"]["regcred.dev/written-as"] == "team-a/regcred");
    CHECK_FALSE(body["metadata"].contains("uid"));
    CHECK(body["metadata"]["resourceVersion"] == "1");  // no object has it: only if there is none
}

TEST_CASE("update puts the Secret, bound to the UID and resourceVersion of the view") {
    writer w({ok(wire::secret("team-a", "30"))});
    REQUIRE(w.stage.run(w.writes.update(wanted(reconcile::ownership::ours))).has_value());
    CHECK(wire::request_lines(w.stage) == lines{"PUT " + secret_path});
    const auto meta = json_body_of(w.requests()[0])["metadata"];
    CHECK(meta["uid"] == "uid-copy");
    CHECK(meta["resourceVersion"] == "9");
    CHECK(meta["annotations"]["regcred.dev/written-as"] == "team-a/regcred");
    CHECK(meta["finalizers"] == kube::json::array({"example.com/keep"}));
}

TEST_CASE("update of a Secret that nobody wants leaves nothing of regcred's in it") {
    writer w({ok(wire::secret("team-a", "30"))});
    auto view = wanted(reconcile::ownership::ours);
    view.dropped = std::exchange(view.contributors, {});
    view.desired = {};
    REQUIRE(w.stage.run(w.writes.update(view)).has_value());
    const auto body = json_body_of(w.requests()[0]);
    CHECK(body["data"] == kube::json{{".dockerconfigjson", "eyJhdXRocyI6e319"}});  // {"auths":{}}
    for (const auto* field : {"labels", "annotations", "ownerReferences"})
        CHECK_FALSE(body["metadata"].contains(field));
}

TEST_CASE("update of a foreign Secret reads it first, and keeps the metadata that it has") {
    auto foreign = wire::secret("team-a", "9");
    foreign["metadata"]["annotations"] = {{"team", "a"}, {"regcred.dev/written-as", "team-b/regcred"}};
    writer w({ok(foreign), ok(wire::secret("team-a", "30"))});
    REQUIRE(w.stage.run(w.writes.update(wanted(reconcile::ownership::foreign))).has_value());
    CHECK(wire::request_lines(w.stage) == lines{"GET " + secret_path, "PUT " + secret_path});
    const auto meta = json_body_of(w.requests()[1])["metadata"];
    CHECK(meta["annotations"] == kube::json{{"team", "a"}, {"regcred.dev/written-as", "team-a/regcred"}});
    CHECK(meta["uid"] == "uid-regcred");
    CHECK(meta["resourceVersion"] == "9");
}

TEST_CASE("update of a foreign Secret that has changed since the decision is a conflict and writes nothing") {
    writer w({ok(wire::secret("team-a", "29"))});
    const auto updated = w.stage.run(w.writes.update(wanted(reconcile::ownership::foreign)));
    REQUIRE(updated.has_error());
    CHECK(updated.error().kind == kube::error_kind::conflict);
    CHECK(wire::request_lines(w.stage) == lines{"GET " + secret_path});
}

TEST_CASE("update of a foreign Secret that cannot be read writes nothing") {
    writer w({refusal(403, "Forbidden")});
    CHECK(w.stage.run(w.writes.update(wanted(reconcile::ownership::foreign))).has_error());
    CHECK(wire::request_lines(w.stage) == lines{"GET " + secret_path});
}

TEST_CASE("recreate creates another name with dryRun, then deletes and creates") {
    writer w({created(wire::secret("team-a", "")),
              ok({{"apiVersion", "v1"}, {"kind", "Status"}, {"status", "Success"}}),
              created(wire::secret("team-a", "30"))});
    REQUIRE(w.recreate().has_value());
    CHECK(wire::request_lines(w.stage) ==
          lines{"PATCH " + trial_path, "DELETE " + secret_path, "PATCH " + secret_path});
    CHECK(w.requests()[0].find("dryRun=All") != std::string::npos);
    CHECK(w.requests()[2].find("dryRun") == std::string::npos);
    const auto trial = json_body_of(w.requests()[0])["metadata"];
    CHECK(trial["name"] == "regcred-dry-run");
    CHECK(trial["labels"] == json_body_of(w.requests()[2])["metadata"]["labels"]);
    const auto preconditions = json_body_of(w.requests()[1])["preconditions"];
    CHECK(preconditions == kube::json{{"uid", "uid-copy"}, {"resourceVersion", "9"}});
    CHECK(w.after == 2);
}

TEST_CASE("recreate leaves the old Secret if the dry run is refused") {
    writer w({refusal(403, "Forbidden")});
    CHECK(w.recreate().has_error());
    CHECK(wire::request_lines(w.stage) == lines{"PATCH " + trial_path});
    CHECK(w.after == 0);
}

TEST_CASE("recreate goes on when a Secret of the dry run's name exists") {
    writer w({refusal(409, "Conflict", "secrets"),
              ok({{"apiVersion", "v1"}, {"kind", "Status"}, {"status", "Success"}}),
              created(wire::secret("team-a", "30"))});
    CHECK(w.recreate().has_value());
}

TEST_CASE("recreate goes on when the old Secret is gone already, and not when it has changed") {
    writer gone({created(wire::secret("team-a", "")),
                 refusal(404, "NotFound", "secrets"),
                 created(wire::secret("team-a", "30"))});
    CHECK(gone.recreate().has_value());
    CHECK(gone.after == 2);
    writer changed({created(wire::secret("team-a", "")), refusal(409, "Conflict", "secrets")});
    CHECK(changed.recreate().has_error());
    CHECK(wire::request_lines(changed.stage).size() == 2);
    CHECK(changed.after == 0);
    writer unsure({created(wire::secret("team-a", "")), refusal(500, "InternalError")});
    CHECK(unsure.recreate().has_error());
    CHECK(unsure.after == 2);
}

TEST_CASE("remove deletes the Secret, bound to the UID and resourceVersion of the view") {
    writer w({ok({{"apiVersion", "v1"}, {"kind", "Status"}, {"status", "Success"}})});
    CHECK(w.stage.run(w.writes.remove(wanted(reconcile::ownership::ours))).has_value());
    CHECK(wire::request_lines(w.stage) == lines{"DELETE " + secret_path});
    CHECK(json_body_of(w.requests()[0])["preconditions"] ==
          kube::json{{"uid", "uid-copy"}, {"resourceVersion", "9"}});
}

TEST_CASE("a write fails if the response is not a Secret") {
    writer w({created(wire::namespace_object("team-a", "30"))});
    CHECK(w.stage.run(w.writes.create(wanted(reconcile::ownership::absent))).has_error());
}
