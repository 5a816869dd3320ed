// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/transport.hpp"

#include "unit/kube/client/api_fixture.hpp"

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

using namespace kube;

namespace {

util::secret_bytes body() {
    return util::secret_bytes::copy_of(R"({"data":"CANARY-body"})");
}

const std::string secret = R"({"kind":"Secret","apiVersion":"v1","metadata":{"name":"regcred"}})";

}  // namespace

TEST_CASE("a rejected token is read again, and the request is sent once more") {
    const auto answers = [](const std::string& request) {
        if (has_field(request, "Authorization: Bearer CANARY-token-2"))
            return harness::http_answer(200, secret);
        return harness::http_answer(401, R"({"kind":"Status","reason":"Unauthorized","code":401})");
    };
    api_fixture api(answers);
    SUBCASE("with another token") {
        CHECK(api.run(api.client->get(secrets, "a", "b")).error().kind == error_kind::unauthorized);
        CHECK(api.server.requests().size() == 1);  // the file holds the rejected token
        api.folder.write("token", "CANARY-token-2");
        CHECK(api.run(api.client->create(secrets, "a", body())));
        const auto requests = api.server.requests();
        REQUIRE(requests.size() == 3);
        CHECK(body_of(requests[1]) == body_of(requests[2]));
    }
    SUBCASE("with another token that is rejected too") {
        CHECK_FALSE(api.run(api.client->get(secrets, "a", "b")));
        api.folder.write("token", "CANARY-token-3");
        const auto answer = api.run(api.client->get(secrets, "a", "b"));
        CHECK(answer.error().kind == error_kind::unauthorized);
        CHECK(answer.error().message.find("CANARY") == std::string::npos);
        CHECK(api.server.requests().size() == 3);
    }
    SUBCASE("an empty file keeps the token") {
        CHECK_FALSE(api.run(api.client->get(secrets, "a", "b")));
        api.folder.write("token", "");
        CHECK_FALSE(api.run(api.client->get(secrets, "a", "b")));
        CHECK(api.server.requests().size() == 2);
        CHECK(has_field(api.last_request(), "Authorization: Bearer CANARY-token-1"));
    }
    SUBCASE("for a watch") {
        api.folder.write("token", "CANARY-token-3");
        CHECK(api.run(api.client->watch({secrets, "", "", false}, {"1", false, {}})).error().kind ==
              error_kind::unauthorized);
        api.folder.write("token", "CANARY-token-2");
        CHECK(api.run(api.client->watch({secrets, "", "", false}, {"1", false, {}})));
        CHECK(api.server.requests().size() == 3);
    }
}

TEST_CASE("the client reads the CA again after a failed handshake") {
    const harness::certificate_authority next;
    api_fixture api(always(200, secret));
    api.server.show(next.issue_for_loopback());
    const auto failed = api.run(api.client->get(secrets, "a", "b"));
    CHECK(failed.error().kind == error_kind::no_response);
    CHECK(failed.error().message.find("certificate is refused") != std::string::npos);
    api.folder.write("ca.crt", "half of a cert");
    CHECK(api.run(api.client->get(secrets, "a", "b")).error().kind == error_kind::no_response);
    api.folder.write("ca.crt", next.certificate());
    CHECK(api.run(api.client->get(secrets, "a", "b")));
}

TEST_CASE("a refused certificate rotation is reported once") {
    api_fixture api(always(200, secret));
    std::vector<std::string> reports;
    api.client->set_observer({.refused =
                                  [&](std::string_view credential, const std::string& message) {
                                      reports.push_back(std::string(credential) + ": " + message);
                                  },
                              .warned = {}});
    const harness::certificate_authority next;
    api.server.show(next.issue_for_loopback());
    // Each failed handshake makes the client read the files again.
    const auto request = [&] { static_cast<void>(api.run(api.client->get(secrets, "a", "b"))); };
    request();
    CHECK(reports.empty());
    api.folder.write("ca.crt", "half of a CANARY");
    request();
    request();
    CHECK(reports == std::vector<std::string>{"certificates: CA certificates: none found"});
    api.folder.write("ca.crt", "");
    request();
    REQUIRE(reports.size() == 2);
    CHECK(reports[1].ends_with("ca.crt is empty"));
    api.folder.write("ca.crt", api_fixture::ca().certificate());
    request();
    CHECK(reports.size() == 2);
    api.folder.write("ca.crt", "");
    request();
    CHECK(reports.size() == 3);
    api.folder.write("ca.crt", next.certificate());
    CHECK(api.run(api.client->get(secrets, "a", "b")));
    CHECK(reports.size() == 3);
}

TEST_CASE("a refused token is reported once, and again after the server accepted one") {
    std::atomic<bool> refuses_all = false;
    api_fixture api([&refuses_all](const std::string& request) {
        if (!refuses_all && has_field(request, "Authorization: Bearer CANARY-token-2"))
            return harness::http_answer(200, secret);
        return harness::http_answer(401, R"({"kind":"Status","reason":"Unauthorized","code":401})");
    });
    int reports = 0;
    api.client->set_observer({.refused =
                                  [&](std::string_view credential, const std::string& message) {
                                      ++reports;
                                      CHECK(credential == "token");
                                      CHECK(message.find("CANARY") == std::string::npos);
                                  },
                              .warned = {}});
    const auto refused = [&] { return !api.run(api.client->get(secrets, "a", "b")); };
    CHECK(refused());
    CHECK(refused());
    CHECK(reports == 1);
    api.folder.write("token", "CANARY-token-2");
    CHECK_FALSE(refused());  // the second token answers the 401
    CHECK(reports == 1);
    refuses_all = true;
    CHECK(refused());
    CHECK(refused());
    CHECK(reports == 2);
}

TEST_CASE("a changed token is told once it is used") {
    api_fixture api([](const std::string& request) {
        if (has_field(request, "Authorization: Bearer CANARY-token-1"))
            return harness::http_answer(401, R"({"kind":"Status","reason":"Unauthorized","code":401})");
        return harness::http_answer(200, secret);
    });
    std::vector<std::string> reloads;
    api.client->set_observer(
        {.refused = nullptr, .warned = nullptr, .reloaded = [&](std::string_view credential) {
             reloads.emplace_back(credential);
         }});
    CHECK_FALSE(api.run(api.client->get(secrets, "a", "b")));
    CHECK(reloads.empty());
    api.folder.write("token", "CANARY-token-2");
    CHECK(api.run(api.client->get(secrets, "a", "b")));
    CHECK(reloads == std::vector<std::string>{"token"});
}

TEST_CASE("changed certificates are told once they are used") {
    const harness::certificate_authority next;
    api_fixture api(always(200, secret));
    std::vector<std::string> reloads;
    api.client->set_observer(
        {.refused = nullptr, .warned = nullptr, .reloaded = [&](std::string_view credential) {
             reloads.emplace_back(credential);
         }});
    api.server.show(next.issue_for_loopback());
    CHECK_FALSE(api.run(api.client->get(secrets, "a", "b")));
    CHECK(reloads.empty());
    api.folder.write("ca.crt", next.certificate());
    CHECK(api.run(api.client->get(secrets, "a", "b")));
    CHECK(reloads == std::vector<std::string>{"certificates"});
}

TEST_CASE("unusable certificates are an error before the first request") {
    api_fixture api(always(200, secret));
    api.folder.write("ca.crt", "CANARY");
    client unprepared(api.io.get_executor(), api.config(), api_fixture::patient_limits());
    const auto prepared = unprepared.load_certificates();
    REQUIRE_FALSE(prepared);
    CHECK(prepared.error().message.find("CA certificates") != std::string::npos);
    CHECK(prepared.error().message.find("CANARY") == std::string::npos);
    CHECK(api.run(unprepared.get(secrets, "a", "b")).error().kind == error_kind::no_response);
    CHECK(api.server.requests().empty());
}

TEST_CASE("certificates that did not change leave the connections open") {
    const harness::certificate_authority other;
    api_fixture api(always(200, secret));
    REQUIRE(api.run(api.client->get(secrets, "a", "b")));
    REQUIRE(api.server.connections() == 1);
    // A watch needs a connection of its own. Its failed handshake makes the client read the files again.
    api.server.show(other.issue_for_loopback());
    CHECK(api.run(api.client->watch({secrets, "", "", false}, {"1", false, {}})).has_error());
    CHECK(api.server.connections() == 2);
    REQUIRE(api.run(api.client->get(secrets, "a", "b")));
    CHECK(api.server.connections() == 2);
}

TEST_CASE("each warning of the server is reported once") {
    int count = 0;
    api_fixture api([&count](const std::string&) {
        const std::string next = "Warning: 299 - \"number " + std::to_string(++count / 2) + "\"\r\n";
        return harness::http_answer(200, secret, "Warning: 299 - \"unknown field\"\r\n" + next);
    });
    std::vector<std::string> warnings;
    const auto get = [&api] { REQUIRE(api.run(api.client->get(secrets, "a", "b"))); };
    get();
    api.client->set_observer(
        {.refused = {}, .warned = [&](const std::string& text) { warnings.push_back(text); }});
    get();
    get();
    get();
    CHECK(warnings == std::vector<std::string>{"number 1", "number 2"});
}

TEST_CASE("requests are made as another user") {
    api_fixture api(always(200, secret));
    auto config = api.config();
    config.impersonate = "jane";
    client as_jane(api.io.get_executor(), std::move(config), api_fixture::patient_limits());
    REQUIRE(as_jane.load_certificates());
    REQUIRE(api.run(as_jane.get(secrets, "a", "b")));
    CHECK(has_field(api.last_request(), "Impersonate-User: jane"));
}

TEST_CASE("requests have the path prefix of a server behind a proxy") {
    api_fixture api(always(200, secret));
    auto config = api.config();
    config.path_prefix = "/k8s/clusters/c-1";
    client behind(api.io.get_executor(), std::move(config), api_fixture::patient_limits());
    REQUIRE(behind.load_certificates());
    REQUIRE(api.run(behind.get(secrets, "a", "b")));
    CHECK(api.last_line() == "GET /k8s/clusters/c-1/api/v1/namespaces/a/secrets/b");
}
