// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/client.hpp"

#include "unit/kube/client/api_stage.hpp"

#include <boost/asio/co_spawn.hpp>

#include <atomic>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <utility>

using namespace kube;

namespace {

constexpr resource registry_credentials{
    "regcred.dev/v1alpha1", "registrycredentials", "RegistryCredential", false};

util::secret_bytes body(std::string_view text = R"({"data":"CANARY-body"})") {
    return util::secret_bytes::copy_of(text);
}

bool has_field(const std::string& request, const std::string& field) {
    return request.find("\r\n" + field + "\r\n") != std::string::npos;
}

std::string body_of(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

const std::string secret = R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"regcred"}})";
const std::string status = R"({"kind":"Status","status":"Success"})";
const std::string list_of_secrets =
    R"({"kind":"SecretList","metadata":{"resourceVersion":"12"},"items":[{"a":1}]})";
const std::string list_of_metadata =
    R"({"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"12","continue":"more"},"items":[{},{}]})";

}  // namespace

TEST_CASE("a get") {
    api_stage stage(always(200, secret));
    const auto got = stage.run(stage.client->get(secrets, "team-a", "regcred"));
    REQUIRE(got);
    CHECK(string_at(*got, "kind") == "Secret");
    CHECK(stage.last_line() == "GET /api/v1/namespaces/team-a/secrets/regcred");
    CHECK(has_field(stage.last_request(), "Accept: application/json"));
    CHECK(has_field(stage.last_request(), "Authorization: Bearer CANARY-token-1"));
    CHECK(has_field(stage.last_request(), "User-Agent: regcred-controller/1.2.3"));
    CHECK(stage.last_request().find("Accept-Encoding") == std::string::npos);
}

TEST_CASE("a list of whole objects and one of metadata") {
    api_stage stage([](const std::string& request) {
        return harness::http_answer(
            200, request.find("as=Partial") == std::string::npos ? list_of_secrets : list_of_metadata);
    });
    const auto whole = stage.run(stage.client->list({secrets, "", "metadata.name=regcred", false}, {}));
    REQUIRE(whole);
    CHECK(whole->resource_version == "12");
    CHECK(whole->items.size() == 1);
    CHECK(stage.last_line() == "GET /api/v1/secrets?fieldSelector=metadata.name%3Dregcred&limit=500");

    const auto metadata = stage.run(stage.client->list({namespaces, "", "", true}, {}));
    REQUIRE(metadata);
    CHECK(metadata->continue_token == "more");
    CHECK(metadata->items.size() == 2);
    CHECK(has_field(stage.last_request(),
                    "Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"));
}

TEST_CASE("whole objects are not taken where metadata was asked for") {
    api_stage stage(always(200, list_of_secrets));
    CHECK(stage.run(stage.client->list({secrets, "", "", true}, {})).error().kind == error_kind::malformed);
}

TEST_CASE("writes name their manager, and say how they are to be checked") {
    api_stage stage([](const std::string& request) {
        return harness::http_answer(200, request.starts_with("DELETE") ? status : secret);
    });
    const std::string manager = "fieldManager=regcred-controller";
    const std::string one = "/api/v1/namespaces/team-a/secrets/regcred";

    REQUIRE(stage.run(stage.client->create(secrets, "team-a", body())));
    CHECK(stage.last_line() ==
          "POST /api/v1/namespaces/team-a/secrets?" + manager + "&fieldValidation=Strict");
    CHECK(has_field(stage.last_request(), "Content-Type: application/json"));
    CHECK(body_of(stage.last_request()) == R"({"data":"CANARY-body"})");

    REQUIRE(stage.run(stage.client->create(secrets, "team-a", body(), true)));
    CHECK(stage.last_line() ==
          "POST /api/v1/namespaces/team-a/secrets?dryRun=All&" + manager + "&fieldValidation=Strict");

    REQUIRE(stage.run(stage.client->replace(secrets, "team-a", "regcred", body())));
    CHECK(stage.last_line() == "PUT " + one + "?" + manager + "&fieldValidation=Strict");

    REQUIRE(stage.run(stage.client->merge_patch(secrets, "team-a", "regcred", body())));
    CHECK(stage.last_line() == "PATCH " + one + "?" + manager);
    CHECK(has_field(stage.last_request(), "Content-Type: application/merge-patch+json"));

    REQUIRE(stage.run(stage.client->remove(secrets, "team-a", "regcred", precondition("uid-1", "77"))));
    CHECK(stage.last_line() == "DELETE " + one);
    CHECK(
        json::parse(body_of(stage.last_request())) ==
        json::parse(
            R"({"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"uid-1","resourceVersion":"77"}})"));
}

TEST_CASE("the status is written to its subresource") {
    api_stage stage(always(200, R"({"kind":"RegistryCredential"})"));
    REQUIRE(stage.run(stage.client->replace_status(registry_credentials, "docker-hub", body())));
    CHECK(stage.last_line() ==
          "PUT "
          "/apis/regcred.dev/v1alpha1/registrycredentials/docker-hub/status?fieldManager=regcred-controller&"
          "fieldValidation=Strict");
}

TEST_CASE("a request for an object without a name is not sent") {
    api_stage stage(always(200, status));
    const auto refused = [](const auto& answer) { return answer.error().kind == error_kind::bad_request; };
    CHECK(refused(stage.run(stage.client->remove(secrets, "team-a", "", precondition("u", "1")))));
    CHECK(refused(stage.run(stage.client->remove(secrets, "", "regcred", precondition("u", "1")))));
    CHECK(refused(stage.run(stage.client->get(secrets, "team-a", ".."))));
    CHECK(refused(stage.run(stage.client->replace(secrets, "team-a", "", body()))));
    CHECK(refused(stage.run(stage.client->merge_patch(secrets, "team-a", "", body()))));
    CHECK(refused(stage.run(stage.client->replace_status(registry_credentials, "", body()))));
    CHECK(stage.server.requests().empty());
}

TEST_CASE("a server behind a proxy is reached under its path") {
    api_stage stage(always(200, secret));
    auto config = stage.config();
    config.path_prefix = "/k8s/clusters/c-1";
    client behind(stage.io.get_executor(), std::move(config), api_stage::limits());
    REQUIRE(behind.load_certificates());
    REQUIRE(stage.run(behind.get(secrets, "a", "b")));
    CHECK(stage.last_line() == "GET /k8s/clusters/c-1/api/v1/namespaces/a/secrets/b");
}

TEST_CASE("failures of the API are values") {
    api_stage stage([](const std::string&) {
        return harness::http_answer(
            429,
            R"({"kind":"Status","reason":"TooManyRequests","message":"slow down","code":429})",
            "Retry-After: 2\r\n");
    });
    const auto answer = stage.run(stage.client->create(secrets, "a", body()));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == error_kind::too_many_requests);
    CHECK(answer.error().message == "slow down");
    CHECK(answer.error().retry_after == std::chrono::seconds(2));
    CHECK_FALSE(answer.error().maybe_done);
}

TEST_CASE("a write without an answer may have been done, and its error tells nothing of it") {
    api_stage stage([](const std::string&) { return "CANARY no HTTP\r\n\r\n"; });
    const auto odd = stage.run(stage.client->create(secrets, "a", body()));
    REQUIRE_FALSE(odd);
    CHECK(odd.error().kind == error_kind::malformed);
    CHECK(odd.error().maybe_done);
    CHECK(odd.error().message.find("CANARY") == std::string::npos);
    CHECK_FALSE(stage.run(stage.client->get(secrets, "a", "b")).error().maybe_done);
}

TEST_CASE("an object that is too large is not taken") {
    api_stage stage(always(200, R"({"kind":"Secret","data":")" + std::string(5U * 1024 * 1024, 'x') + "\"}"));
    CHECK(stage.run(stage.client->get(secrets, "a", "b")).error().kind == error_kind::too_large);
}

TEST_CASE("a list may take its time to begin, anything else not") {
    std::promise<void> get_has_failed;
    auto limits = api_stage::limits();
    limits.header = std::chrono::milliseconds(50);
    api_stage stage(
        [waits = get_has_failed.get_future().share()](const std::string&) {
            waits.wait();
            return harness::http_answer(200, list_of_secrets);
        },
        limits);
    std::optional<kube::result<kube::list_page>> page;
    boost::asio::co_spawn(
        stage.io,
        stage.client->list({secrets, "", "", false}, {}),
        [&page](const std::exception_ptr&, auto answer) { page.emplace(std::move(answer)); });
    harness::run_until(stage.io, [&stage] { return !stage.server.requests().empty(); });
    const auto slow = stage.run(stage.client->get(secrets, "a", "b"));
    get_has_failed.set_value();
    harness::run_until(stage.io, [&page] { return page.has_value(); });
    CHECK(slow.error().kind == error_kind::no_response);
    CHECK(*page);
}

TEST_CASE("a refused token is read anew, and the request is sent once more") {
    const auto answers = [](const std::string& request) {
        if (has_field(request, "Authorization: Bearer CANARY-token-2"))
            return harness::http_answer(200, secret);
        return harness::http_answer(401, R"({"kind":"Status","reason":"Unauthorized","code":401})");
    };
    api_stage stage(answers);
    SUBCASE("with another token") {
        CHECK(stage.run(stage.client->get(secrets, "a", "b")).error().kind == error_kind::unauthorized);
        CHECK(stage.server.requests().size() == 1);  // the file holds the refused one
        stage.folder.write("token", "CANARY-token-2");
        CHECK(stage.run(stage.client->create(secrets, "a", body())));
        const auto requests = stage.server.requests();
        REQUIRE(requests.size() == 3);
        CHECK(body_of(requests[1]) == body_of(requests[2]));
    }
    SUBCASE("with another one that is refused too") {
        CHECK_FALSE(stage.run(stage.client->get(secrets, "a", "b")));
        stage.folder.write("token", "CANARY-token-3");
        const auto answer = stage.run(stage.client->get(secrets, "a", "b"));
        CHECK(answer.error().kind == error_kind::unauthorized);
        CHECK(answer.error().message.find("CANARY") == std::string::npos);
        CHECK(stage.server.requests().size() == 3);
    }
    SUBCASE("an empty file keeps the token") {
        CHECK_FALSE(stage.run(stage.client->get(secrets, "a", "b")));
        stage.folder.write("token", "");
        CHECK_FALSE(stage.run(stage.client->get(secrets, "a", "b")));
        CHECK(stage.server.requests().size() == 2);
        CHECK(has_field(stage.last_request(), "Authorization: Bearer CANARY-token-1"));
    }
    SUBCASE("for a watch") {
        stage.folder.write("token", "CANARY-token-3");
        CHECK(stage.run(stage.client->watch({secrets, "", "", false}, {"1", false, {}})).error().kind ==
              error_kind::unauthorized);
        stage.folder.write("token", "CANARY-token-2");
        CHECK(stage.run(stage.client->watch({secrets, "", "", false}, {"1", false, {}})));
        CHECK(stage.server.requests().size() == 3);
    }
}

TEST_CASE("after a failed handshake the CA is read again") {
    const harness::certificate_authority next;
    api_stage stage(always(200, secret));
    stage.server.show(next.issue_for_loopback());
    const auto refused = stage.run(stage.client->get(secrets, "a", "b"));
    CHECK(refused.error().kind == error_kind::no_response);
    CHECK(refused.error().message.find("certificate is refused") != std::string::npos);
    stage.folder.write("ca.crt", "half of a cert");
    CHECK(stage.run(stage.client->get(secrets, "a", "b")).error().kind == error_kind::no_response);
    stage.folder.write("ca.crt", next.certificate());
    CHECK(stage.run(stage.client->get(secrets, "a", "b")));
}

TEST_CASE("certificates that cannot be used are told before the first request") {
    api_stage stage(always(200, secret));
    stage.folder.write("ca.crt", "CANARY");
    client unprepared(stage.io.get_executor(), stage.config(), api_stage::limits());
    const auto prepared = unprepared.load_certificates();
    REQUIRE_FALSE(prepared);
    CHECK(prepared.error().message.find("CA certificates") != std::string::npos);
    CHECK(prepared.error().message.find("CANARY") == std::string::npos);
    CHECK(stage.run(unprepared.get(secrets, "a", "b")).error().kind == error_kind::no_response);
    CHECK(stage.server.requests().empty());
}

TEST_CASE("a closed client says so") {
    api_stage stage(always(200, secret));
    stage.client->close();
    CHECK(stage.run(stage.client->get(secrets, "a", "b")).error().kind == error_kind::cancelled);
    CHECK(stage.run(stage.client->watch({secrets, "", "", false}, {"1", false, {}})).error().kind ==
          error_kind::cancelled);
}
