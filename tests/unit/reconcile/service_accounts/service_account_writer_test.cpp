// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_writer.hpp"

#include "unit/reconcile/api_objects.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using wire::ok;

const std::string path = "/api/v1/namespaces/team-a/serviceaccounts/default";

reconcile::observed_service_account account(lines listed, lines added) {
    reconcile::observed_service_account one;
    one.meta.name = "default";
    one.meta.namespace_name = "team-a";
    one.meta.uid = "uid-default";
    one.meta.resource_version = "7";
    one.listed = std::move(listed);
    one.added = std::move(added);
    return one;
}

reconcile::service_account_plan plan_of(lines listed, lines added) {
    reconcile::service_account_plan plan;
    plan.patch = true;
    plan.listed = std::move(listed);
    plan.added = std::move(added);
    return plan;
}

kube::json references(const lines& names) {
    auto list = kube::json::array();
    for (const auto& name : names)
        list.push_back(kube::json::object({{"name", name}}));
    return list;
}

/// The ServiceAccount as the server has it after the patch.
kube::json stored() {
    kube::json object{{"apiVersion", "v1"},
                      {"kind", "ServiceAccount"},
                      {"metadata", wire::metadata("default", "8", "team-a")}};
    object["metadata"]["annotations"] = {{"regcred.dev/added", "regcred"}};
    object["imagePullSecrets"] = references({"regcred"});
    return object;
}

}  // namespace

TEST_CASE("a patch has the whole list if that changes, and the annotation") {
    struct row {
        const char* what;
        reconcile::observed_service_account present;
        reconcile::service_account_plan plan;
        kube::json annotation;
        kube::json list;  // null: the patch leaves the list alone
    };
    const row table[]{
        {"added to an empty list",
         account({}, {}),
         plan_of({"regcred"}, {"regcred"}),
         "regcred",
         references({"regcred"})},
        {"added after another one",
         account({"theirs"}, {}),
         plan_of({"theirs", "regcred"}, {"regcred"}),
         "regcred",
         references({"theirs", "regcred"})},
        {"the last one is removed",
         account({"regcred"}, {"regcred"}),
         plan_of({}, {}),
         nullptr,
         references({})},
        {"one of two is removed",
         account({"a", "b"}, {"a", "b"}),
         plan_of({"b"}, {"b"}),
         "b",
         references({"b"})},
        {"only the record changes",
         account({"regcred"}, {"regcred"}),
         plan_of({"regcred"}, {}),
         nullptr,
         nullptr},
    };
    for (const auto& [what, present, plan, annotation, list] : table) {
        CAPTURE(what);
        const auto patch = reconcile::patch_for(present, plan);
        CHECK(patch["metadata"]["uid"] == "uid-default");
        CHECK(patch["metadata"]["resourceVersion"] == "7");
        CHECK(patch["metadata"]["annotations"]["regcred.dev/added"] == annotation);
        CHECK(patch.contains("imagePullSecrets") == !list.is_null());
        if (!list.is_null()) CHECK(patch["imagePullSecrets"] == list);
    }
}

TEST_CASE("patch sends a merge patch and returns the ServiceAccount that the server answers") {
    api_fixture stage(wire::in_turn({ok(stored()), wire::refusal(409, "Conflict")}));
    reconcile::service_account_writer writer(*stage.client);
    reconcile::service_account_view view;
    view.key = {.namespace_name = "team-a", .name = "default"};
    view.present = std::make_shared<const reconcile::observed_service_account>(account({}, {}));
    const auto plan = plan_of({"regcred"}, {"regcred"});
    const auto written = stage.run(writer.patch(view, plan));
    REQUIRE(written.has_value());
    CHECK(written->meta.resource_version == "8");
    CHECK(written->listed == lines{"regcred"});
    CHECK(written->added == lines{"regcred"});
    CHECK(wire::request_lines(stage) == lines{"PATCH " + path});
    CHECK(has_field(stage.last_request(), "Content-Type: application/merge-patch+json"));
    CHECK(wire::json_body_of(stage.last_request()) == reconcile::patch_for(*view.present, plan));
    CHECK(stage.run(writer.patch(view, plan)).error().kind == kube::error_kind::conflict);
}

TEST_CASE("read returns the ServiceAccount, or why it cannot be read") {
    api_fixture stage(wire::in_turn({ok(stored()), wire::refusal(404, "NotFound", "serviceaccounts")}));
    reconcile::service_account_writer writer(*stage.client);
    const runtime::object_key key{.namespace_name = "team-a", .name = "default"};
    const auto read = stage.run(writer.read(key));
    REQUIRE(read.has_value());
    CHECK(read->listed == lines{"regcred"});
    CHECK(stage.run(writer.read(key)).error().kind == kube::error_kind::not_found);
    CHECK(wire::request_lines(stage) == lines{"GET " + path, "GET " + path});
}
