// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/client.hpp"

#include "kube/api/access_review.hpp"
#include "unit/kube/client/api_fixture.hpp"

#include <boost/asio/co_spawn.hpp>

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace kube;

namespace {

constexpr resource registry_credentials{
    "regcred.dev/v1alpha1", "registrycredentials", "RegistryCredential", false};

util::secret_bytes body(std::string_view text = R"({"data":"CANARY-body"})") {
    return util::secret_bytes::copy_of(text);
}

constexpr const char* bound_text =
    R"({"data":"CANARY-body","metadata":{"name":"regcred","uid":"uid-1","resourceVersion":"77"}})";

bound_body bound() {
    // A version that the caller left in the object does not count.
    return {json::parse(R"({"data":"CANARY-body","metadata":{"name":"regcred","resourceVersion":"1"}})"),
            precondition("uid-1", "77")};
}

// No write of an existing object takes bytes that need not be bound to a version.
template <class Body>
concept replaces = requires(client& api, Body given) { api.replace(secrets, "a", "b", std::move(given)); };
template <class Body>
concept patches = requires(client& api, Body given) { api.merge_patch(secrets, "a", "b", std::move(given)); };
template <class Body>
concept writes_status =
    requires(client& api, Body given) { api.replace_status(secrets, "a", std::move(given)); };
static_assert(replaces<bound_body> && patches<bound_body> && writes_status<bound_body>);
static_assert(!replaces<util::secret_bytes> && !replaces<json>);
static_assert(!patches<util::secret_bytes> && !patches<json>);
static_assert(!writes_status<util::secret_bytes> && !writes_status<json>);

const std::string secret = R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"regcred"}})";
const std::string status = R"({"kind":"Status","status":"Success"})";
const std::string list_of_secrets =
    R"({"kind":"SecretList","metadata":{"resourceVersion":"12"},"items":[{"a":1}]})";
const std::string list_of_metadata =
    R"({"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"12","continue":"more"},"items":[{},{}]})";

}  // namespace

TEST_CASE("a GET has the path, the media type, the token and the user agent") {
    api_fixture api(always(200, secret));
    const auto got = api.run(api.client->get(secrets, "team-a", "regcred"));
    REQUIRE(got);
    CHECK(string_at(*got, "kind") == "Secret");
    CHECK(api.last_line() == "GET /api/v1/namespaces/team-a/secrets/regcred");
    CHECK(has_field(api.last_request(), "Accept: application/json"));
    CHECK(has_field(api.last_request(), "Authorization: Bearer CANARY-token-1"));
    CHECK(has_field(api.last_request(), "User-Agent: example/1.2.3"));
    CHECK(api.last_request().find("Accept-Encoding") == std::string::npos);
}

TEST_CASE("while the write gate is closed no write is sent, and reads and dry runs are") {
    api_fixture api(always(200, secret));
    api.client->set_write_gate([] { return false; });
    const auto closed = [&](auto call) {
        const auto result = api.run(std::move(call));
        return !result && result.error().kind == error_kind::cancelled;
    };
    CHECK(closed(api.client->create(secrets, "team-a", body())));
    CHECK(closed(api.client->apply_new(secrets, "team-a", "regcred", body())));
    CHECK(closed(api.client->replace(secrets, "team-a", "regcred", bound())));
    CHECK(closed(api.client->replace_status(registry_credentials, "hub", bound())));
    CHECK(closed(api.client->merge_patch(secrets, "team-a", "regcred", bound())));
    CHECK(closed(api.client->patch_event_series("default", "event", json::object())));
    CHECK(closed(api.client->remove(secrets, "team-a", "regcred", precondition("uid-1", "77"))));
    CHECK(api.server.requests().empty());
    CHECK(api.run(api.client->get(secrets, "team-a", "regcred")));
    CHECK(api.run(api.client->create(secrets, "team-a", body(), true)));
    CHECK(api.run(api.client->apply_new(secrets, "team-a", "regcred", body(), true)));
    CHECK(api.run(api.client->try_merge_patch(secrets, "team-a", "regcred", json::object())));
    CHECK(api.server.requests().size() == 4);

    api.client->set_write_gate([] { return true; });
    CHECK(api.run(api.client->create(secrets, "team-a", body())));
}

TEST_CASE("a review is a POST that the write gate lets through") {
    api_fixture api(
        [](const std::string&) { return harness::http_answer(201, R"({"kind":"TokenReview"})"); });
    api.client->set_write_gate([] { return false; });
    CHECK(api.run(api.client->review(token_reviews, util::secret_bytes::copy_of("{}"))));
    CHECK(api.last_line() == "POST /apis/authentication.k8s.io/v1/tokenreviews");
}

TEST_CASE("the observer is told of each request: verb, resource, HTTP status and duration") {
    std::vector<std::string> seen;
    api_fixture api([](const std::string& request) {
        if (request.starts_with("DELETE")) return harness::http_answer(404, status);
        return harness::http_answer(200,
                                    request.find("limit=") == std::string::npos ? secret : list_of_secrets);
    });
    api.client->set_observer(
        {.refused = nullptr, .warned = nullptr, .ended = [&](const request_record& request) {
             seen.push_back(fmt::format("{} {} {}", request.verb, request.resource, request.http_status));
             CHECK(request.duration > std::chrono::nanoseconds(0));
         }});
    CHECK(api.run(api.client->get(secrets, "a", "regcred")));
    CHECK(api.run(api.client->list({secrets, "", "", false}, {})));
    CHECK(api.run(api.client->watch({secrets, "", "", false}, {.resource_version = "1"})));
    CHECK(api.run(api.client->create(secrets, "a", body())));
    CHECK(api.run(api.client->apply_new(secrets, "a", "regcred", body())));
    CHECK(api.run(api.client->replace(secrets, "a", "regcred", bound())));
    CHECK_FALSE(api.run(api.client->remove(secrets, "a", "regcred", precondition("uid-1", "77"))));
    api.client->close();
    CHECK_FALSE(api.run(api.client->get(namespaces, "", "a")));
    CHECK(seen == std::vector<std::string>{"get secrets 200",
                                           "list secrets 200",
                                           "watch secrets 200",
                                           "create secrets 200",
                                           "patch secrets 200",
                                           "update secrets 200",
                                           "delete secrets 404",
                                           "get namespaces 0"});
}

TEST_CASE("a list asks for whole objects or for metadata") {
    api_fixture api([](const std::string& request) {
        return harness::http_answer(
            200, request.find("as=Partial") == std::string::npos ? list_of_secrets : list_of_metadata);
    });
    const auto whole = api.run(api.client->list({secrets, "", "metadata.name=regcred", false}, {}));
    REQUIRE(whole);
    CHECK(whole->resource_version == "12");
    CHECK(whole->items.size() == 1);
    CHECK(api.last_line() == "GET /api/v1/secrets?fieldSelector=metadata.name%3Dregcred&limit=500");

    const auto metadata = api.run(api.client->list({namespaces, "", "", true}, {}));
    REQUIRE(metadata);
    CHECK(metadata->continue_token == "more");
    CHECK(metadata->items.size() == 2);
    CHECK(has_field(api.last_request(),
                    "Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"));
}

TEST_CASE("a list of metadata does not accept whole objects") {
    api_fixture api(always(200, list_of_secrets));
    CHECK(api.run(api.client->list({secrets, "", "", true}, {})).error().kind == error_kind::malformed);
}

TEST_CASE("writes have a field manager and ask for strict validation") {
    api_fixture api([](const std::string& request) {
        return harness::http_answer(200, request.starts_with("DELETE") ? status : secret);
    });
    const std::string manager = "fieldManager=example-manager";
    const std::string one = "/api/v1/namespaces/team-a/secrets/regcred";

    REQUIRE(api.run(api.client->create(secrets, "team-a", body())));
    CHECK(api.last_line() == "POST /api/v1/namespaces/team-a/secrets?" + manager + "&fieldValidation=Strict");
    CHECK(has_field(api.last_request(), "Content-Type: application/json"));
    CHECK(body_of(api.last_request()) == R"({"data":"CANARY-body"})");

    REQUIRE(api.run(api.client->create(secrets, "team-a", body(), true)));
    CHECK(api.last_line() ==
          "POST /api/v1/namespaces/team-a/secrets?dryRun=All&" + manager + "&fieldValidation=Strict");

    REQUIRE(api.run(api.client->apply_new(secrets, "team-a", "regcred", body())));
    CHECK(api.last_line() == "PATCH " + one + "?" + manager);
    CHECK(has_field(api.last_request(), "Content-Type: application/apply-patch+yaml"));
    CHECK(body_of(api.last_request()) == R"({"data":"CANARY-body"})");

    REQUIRE(api.run(api.client->apply_new(secrets, "team-a", "regcred", body(), true)));
    CHECK(api.last_line() == "PATCH " + one + "?dryRun=All&" + manager);

    REQUIRE(api.run(api.client->replace(secrets, "team-a", "regcred", bound())));
    CHECK(api.last_line() == "PUT " + one + "?" + manager + "&fieldValidation=Strict");
    CHECK(json::parse(body_of(api.last_request())) == json::parse(bound_text));

    REQUIRE(api.run(api.client->merge_patch(secrets, "team-a", "regcred", bound())));
    CHECK(json::parse(body_of(api.last_request())) == json::parse(bound_text));
    CHECK(api.last_line() == "PATCH " + one + "?" + manager);
    CHECK(has_field(api.last_request(), "Content-Type: application/merge-patch+json"));

    REQUIRE(api.run(api.client->try_merge_patch(secrets, "team-a", "regcred", {{"data", "x"}})));
    CHECK(api.last_line() == "PATCH " + one + "?dryRun=All&" + manager);

    REQUIRE(api.run(api.client->remove(secrets, "team-a", "regcred", precondition("uid-1", "77"))));
    CHECK(api.last_line() == "DELETE " + one);
    CHECK(
        json::parse(body_of(api.last_request())) ==
        json::parse(
            R"({"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"uid-1","resourceVersion":"77"}})"));
}

TEST_CASE("a status is written to its subresource, with a warning for a field that the CRD does not have") {
    api_fixture api(always(200, R"({"kind":"RegistryCredential"})"));
    REQUIRE(api.run(api.client->replace_status(registry_credentials, "docker-hub", bound())));
    CHECK(json::parse(body_of(api.last_request())) == json::parse(bound_text));
    CHECK(api.last_line() ==
          "PUT "
          "/apis/regcred.dev/v1alpha1/registrycredentials/docker-hub/status?fieldManager=example-manager&"
          "fieldValidation=Warn");
}

TEST_CASE("a client without a user agent and a field manager names neither") {
    api_fixture api(always(200, secret));
    auto config = api.config();
    config.user_agent.clear();
    config.field_manager.clear();
    client nameless(api.io.get_executor(), std::move(config), api_fixture::patient_limits());
    REQUIRE(nameless.load_certificates());
    REQUIRE(api.run(nameless.create(secrets, "a", body())));
    CHECK(api.last_line() == "POST /api/v1/namespaces/a/secrets?fieldValidation=Strict");
    CHECK(api.last_request().find("User-Agent") == std::string::npos);
}

TEST_CASE("a request for an object without a name is not sent") {
    api_fixture api(always(200, status));
    const auto rejected = [](const auto& answer) { return answer.error().kind == error_kind::bad_request; };
    CHECK(rejected(api.run(api.client->remove(secrets, "team-a", "", precondition("u", "1")))));
    CHECK(rejected(api.run(api.client->remove(secrets, "", "regcred", precondition("u", "1")))));
    CHECK(rejected(api.run(api.client->get(secrets, "team-a", ".."))));
    CHECK(rejected(api.run(api.client->apply_new(secrets, "team-a", "", body()))));
    CHECK(rejected(api.run(api.client->replace(secrets, "team-a", "", bound()))));
    CHECK(rejected(api.run(api.client->merge_patch(secrets, "team-a", "", bound()))));
    CHECK(rejected(api.run(api.client->replace_status(registry_credentials, "", bound()))));
    CHECK(api.server.requests().empty());
}

TEST_CASE("a failure of the API is a value") {
    api_fixture api([](const std::string&) {
        return harness::http_answer(
            429,
            R"({"kind":"Status","reason":"TooManyRequests","message":"slow down","code":429})",
            "Retry-After: 2\r\n");
    });
    const auto answer = api.run(api.client->create(secrets, "a", body()));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == error_kind::too_many_requests);
    CHECK(answer.error().message == "slow down");
    CHECK(answer.error().retry_after == std::chrono::seconds(2));
}

TEST_CASE("a response that is not HTTP is malformed, and the error does not quote it") {
    api_fixture api([](const std::string&) { return "CANARY no HTTP\r\n\r\n"; });
    const auto malformed_response = api.run(api.client->create(secrets, "a", body()));
    REQUIRE_FALSE(malformed_response);
    CHECK(malformed_response.error().kind == error_kind::malformed);
    CHECK(malformed_response.error().message.find("CANARY") == std::string::npos);
}

TEST_CASE("an object over 4 MiB and a page over 8 MiB are too large") {
    const auto document = [](const std::string& kind, std::size_t bytes) {
        return R"({"kind":")" + kind + R"(","metadata":{"resourceVersion":"1"},"items":[],"data":")" +
               std::string(bytes, 'x') + "\"}";
    };
    constexpr std::size_t mebibyte = 1024U * 1024;
    api_fixture object(always(200, document("Secret", 5 * mebibyte)));
    CHECK(object.run(object.client->get(secrets, "a", "b")).error().kind == error_kind::too_large);
    CHECK(object.run(object.client->create(secrets, "a", body())).error().kind == error_kind::too_large);
    api_fixture page(always(200, document("SecretList", 5 * mebibyte)));
    CHECK(page.run(page.client->list({secrets, "", "", false}, {})));
    api_fixture long_page(always(200, document("SecretList", 9 * mebibyte)));
    CHECK(long_page.run(long_page.client->list({secrets, "", "", false}, {})).error().kind ==
          error_kind::too_large);
}

TEST_CASE("a list has a longer timeout than other requests") {
    std::promise<void> get_has_failed;
    auto limits = api_fixture::patient_limits();
    limits.header = std::chrono::milliseconds(50);
    api_fixture api(
        [waits = get_has_failed.get_future().share()](const std::string&) {
            waits.wait();
            return harness::http_answer(200, list_of_secrets);
        },
        limits);
    std::optional<kube::result<kube::list_page>> page;
    boost::asio::co_spawn(
        api.io,
        api.client->list({secrets, "", "", false}, {}),
        [&page](const std::exception_ptr&, auto answer) { page.emplace(std::move(answer)); });
    harness::run_until(api.io, [&api] { return !api.server.requests().empty(); });
    const auto slow = api.run(api.client->get(secrets, "a", "b"));
    get_has_failed.set_value();
    harness::run_until(api.io, [&page] { return page.has_value(); });
    CHECK(slow.error().kind == error_kind::no_response);
    CHECK(*page);
}

TEST_CASE("a closed client cancels its calls") {
    api_fixture api(always(200, secret));
    api.client->close();
    CHECK(api.run(api.client->get(secrets, "a", "b")).error().kind == error_kind::cancelled);
    CHECK(api.run(api.client->watch({secrets, "", "", false}, {"1", false, {}})).error().kind ==
          error_kind::cancelled);
}
