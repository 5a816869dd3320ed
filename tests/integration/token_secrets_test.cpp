// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"
#include "token_fixture.hpp"

#include <doctest/doctest.h>

using namespace harness;

// What the controller's token can do with Secrets, and what a thief of it cannot: found out by using it.

TEST_CASE_FIXTURE(token_fixture, "the token reads the copies, the sources and nothing else of Secrets") {
    api().create(secrets_in(ns_), secret_object("other", "Opaque", {}));
    const std::string all = "/api/v1/secrets";
    const auto named_regcred = all + "?fieldSelector=metadata.name%3Dregcred";
    allow("list the Secrets named regcred of every namespace", "GET", named_regcred);
    allow("list them as metadata only", "GET", named_regcred, nullptr, metadata_only);
    allow("watch them", "GET", named_regcred + watched);
    if (serves_streaming_lists(api()))
        allow("watch them with a streaming list", "GET", named_regcred + streamed);
    allow("list the sources", "GET", secrets_in(own_namespace));
    allow("list namespaces", "GET", namespaces);
    allow("list RegistryCredentials", "GET", credentials);
    deny("list every Secret", "GET", all);
    deny("list the Secrets of a namespace", "GET", secrets_in(ns_));
    deny("list the Secrets of kube-system", "GET", secrets_in("kube-system"));
    deny("list Secrets of another name", "GET", all + "?fieldSelector=metadata.name%3Dother");
    deny("list the Secrets not named regcred", "GET", all + "?fieldSelector=metadata.name%21%3Dregcred");
    deny("list Secrets by label", "GET", all + "?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dregcred");
    deny("list Secrets by type", "GET", all + "?fieldSelector=type%3Dkubernetes.io%2Fdockerconfigjson");
    deny("watch every Secret", "GET", all + "?watch=1&timeoutSeconds=1");
    deny("read a Secret of another name", "GET", secret_path(ns_, "other"));
}

TEST_CASE_FIXTURE(token_fixture, "a field selector that is given twice shows the token no other Secret") {
    api().create(secrets_in(ns_), secret_object("other", "Opaque", {}));
    api().create(secrets_in(ns_), empty_copy());
    const std::string regcred = "fieldSelector=metadata.name%3Dregcred";
    const std::string other = "fieldSelector=metadata.name%3Dother";
    // The authorizer and the list look at the first one, and both ask for no other.
    const auto answer = send("GET", "/api/v1/secrets?" + regcred + "&" + other);
    REQUIRE_MESSAGE(answer.ok(), answer.message());
    CHECK_FALSE(answer.body.at("items").empty());
    for (const auto& secret : answer.body.at("items"))
        CHECK(secret.at("metadata").at("name") == "regcred");
    deny("ask for the other first", "GET", "/api/v1/secrets?" + other + "&" + regcred);
    const auto both = send("GET", "/api/v1/secrets?" + regcred + ",metadata.name%3Dother");
    CHECK((!both.ok() || both.body.at("items").empty()));
}

TEST_CASE_FIXTURE(token_fixture, "RBAC alone lets the token write Secrets named regcred and no other") {
    api().create(secrets_in(ns_), secret_object("other", "Opaque", {}));
    const auto all = secrets_in(ns_);
    const auto copy = secret_path(ns_);
    allow("create regcred with server-side apply", "APPLY", copy, creation_of(empty_copy()));
    CHECK(send("APPLY", copy, creation_of(empty_copy())).status == 409);
    CHECK(send("APPLY", copy + "?force=true", creation_of(empty_copy())).status == 409);
    allow("read regcred", "GET", copy);
    allow("update regcred", "PUT", copy, empty_copy());
    allow("patch regcred", "PATCH", copy, labels_patch({{"app.kubernetes.io/managed-by", "regcred"}}));
    allow("delete regcred", "DELETE", copy);

    deny("create regcred with POST", "POST", all, empty_copy());
    auto generated = empty_copy("");
    generated["metadata"] = {{"generateName", "regcred-"}};
    deny("create a Secret with generateName", "POST", all, generated);
    const auto other2 = secret_path(ns_, "other2");
    deny("create a Secret of another name", "APPLY", other2, creation_of(empty_copy("other2")));
    const auto other = secret_path(ns_, "other");
    deny("update a Secret of another name", "PUT", other, empty_copy("other"));
    deny("patch a Secret of another name", "PATCH", other, labels_patch({{"a", "b"}}));
    deny("apply a Secret of another name", "APPLY", other, creation_of(empty_copy("other")));
    deny("delete a Secret of another name", "DELETE", other);
    deny("delete all the Secrets of a namespace", "DELETE", all);
    deny("delete all the Secrets named regcred of a namespace",
         "DELETE",
         all + "?fieldSelector=metadata.name%3Dregcred");
    deny("update a source", "PUT", secret_path(own_namespace, "hub-login"), empty_copy("hub-login"));
}

TEST_CASE_FIXTURE(token_fixture,
                  "the token writes no Secret of another type, and regcred-dry-run only by dry run" *
                      needs_validating_policies) {
    const auto copy = secret_path(ns_);
    const auto trial = secret_path(ns_, "regcred-dry-run");
    const auto trial_body = creation_of(empty_copy("regcred-dry-run"));
    allow("create regcred-dry-run by dry run", "APPLY", trial + "?dryRun=All", trial_body);
    check_refusal(422,
                  "only write Secrets named regcred, not regcred-dry-run",
                  "create regcred-dry-run in fact",
                  send("APPLY", trial, trial_body));
    api().create(secrets_in(ns_), secret_object("regcred", "Opaque", {}));
    refuse("only write Secrets of type kubernetes.io/dockerconfigjson",
           "update a regcred of another type",
           "PATCH",
           copy,
           labels_patch({{"a", "b"}}));
    allow("delete a regcred of another type", "DELETE", copy);
}

TEST_CASE_FIXTURE(token_fixture,
                  "the token writes no Secret in a protected namespace" * needs_validating_policies) {
    for (const std::string name : protected_namespaces) {
        refuse(
            "may not write Secrets in " + name +
                ": it is one of protectedNamespaces in the ValidatingAdmissionPolicy regcred-controller, or "
                "the namespace of the controller; take it out of spec.namespaces.include of the "
                "RegistryCredential, or out of protectedNamespaces in the policies of deploy/",
            "create regcred",
            "APPLY",
            secret_path(name),
            creation_of(empty_copy()));
    }
    api().create(secrets_in("kube-system"), empty_copy());
    delete_at_end(secret_path("kube-system"));
    const std::string text = "may not write Secrets in kube-system";
    refuse(text,
           "update regcred in kube-system",
           "PATCH",
           secret_path("kube-system"),
           labels_patch({{"a", "b"}}));
    refuse(text, "delete regcred in kube-system", "DELETE", secret_path("kube-system"), nullptr);
}
