// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/request_path.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kube;

namespace {

constexpr resource registry_credentials{
    "regcred.dev/v1alpha1", "registrycredentials", "RegistryCredential", false};

}  // namespace

TEST_CASE("every character that is not unreserved is percent-encoded") {
    CHECK(percent_encoded("abc-XYZ_0.9~") == "abc-XYZ_0.9~");
    CHECK(percent_encoded("a/b?c=d&e%f g+h\r\n") == "a%2Fb%3Fc%3Dd%26e%25f%20g%2Bh%0D%0A");
    CHECK(percent_encoded("\xc3\xa4") == "%C3%A4");
}

TEST_CASE("the path of a collection has the API group and the namespace") {
    CHECK(collection_path(namespaces, "") == "/api/v1/namespaces");
    CHECK(collection_path(secrets, "") == "/api/v1/secrets");
    CHECK(collection_path(secrets, "team-a") == "/api/v1/namespaces/team-a/secrets");
    CHECK(collection_path(secrets, "a/../b") == "/api/v1/namespaces/a%2F..%2Fb/secrets");
    CHECK(collection_path(registry_credentials, "ignored") ==
          "/apis/regcred.dev/v1alpha1/registrycredentials");
    CHECK(collection_path(events, "default") == "/apis/events.k8s.io/v1/namespaces/default/events");
}

TEST_CASE("the path of an object is below its collection's") {
    CHECK(*object_path(secrets, "team-a", "regcred") == "/api/v1/namespaces/team-a/secrets/regcred");
    CHECK(*object_path(namespaces, "", "team-a") == "/api/v1/namespaces/team-a");
    CHECK(*object_path(secrets, "a", "x/y?z") == "/api/v1/namespaces/a/secrets/x%2Fy%3Fz");
}

TEST_CASE("an object without a usable name has no path, which would be the collection's") {
    for (const auto* name : {"", ".", ".."}) {
        CHECK(object_path(secrets, "team-a", name).error().kind == error_kind::bad_request);
        CHECK(object_path(secrets, name, "regcred").error().kind == error_kind::bad_request);
        CHECK(object_path(namespaces, "", name).error().kind == error_kind::bad_request);
    }
}

TEST_CASE("a list asks for pages, and for a resourceVersion only on the first page") {
    const scope all{secrets, "", "metadata.name=regcred", false};
    CHECK(list_path(all, {}) == "/api/v1/secrets?fieldSelector=metadata.name%3Dregcred&limit=500");
    CHECK(list_path(all, {"7", "", 10}) ==
          "/api/v1/"
          "secrets?fieldSelector=metadata.name%3Dregcred&limit=10&resourceVersion=7&resourceVersionMatch="
          "NotOlderThan");
    CHECK(list_path(all, {"7", "a=b", 10}) ==
          "/api/v1/secrets?fieldSelector=metadata.name%3Dregcred&limit=10&continue=a%3Db");
    CHECK(list_path({namespaces, "", "", true}, {"", "", 0}) == "/api/v1/namespaces");
}

TEST_CASE("a watch asks for bookmarks and a timeout") {
    const scope one{secrets, "regcred-system", "", false};
    CHECK(watch_path(one, {"12", false, std::chrono::seconds(301)}) ==
          "/api/v1/namespaces/regcred-system/secrets?watch=1&allowWatchBookmarks=true&timeoutSeconds=301&"
          "resourceVersion=12");
    CHECK(watch_path(one, {"", true, std::chrono::seconds(60)}) ==
          "/api/v1/namespaces/regcred-system/secrets?watch=1&allowWatchBookmarks=true&timeoutSeconds=60&"
          "sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
}
