// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/response.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace kube;
using namespace std::chrono_literals;

namespace {

net::response response_of(unsigned status, std::string_view body, std::string type = "application/json") {
    net::response response;
    response.status = status;
    response.content_type = std::move(type);
    response.body = util::secret_bytes::copy_of(body);
    return response;
}

/// Bodies of a successful response that are not a Secret or a list of Secrets.
const std::vector<std::string> garbage = {
    "",
    "<html>CANARY</html>",
    "null",
    "[]",
    "\"CANARY\"",
    "{}",
    R"({"kind":"Secret")",
    R"({"kind":"Secret"}{"kind":"Secret"})",
    R"({"kind":"Status","status":"Success"})",
    R"({"kind":"ConfigMap","metadata":{}})",
    R"({"kind":5})",
    R"({"kind":null})",
    "{\"kind\":\"\xff\"}",
    std::string(100'000, '['),
};

}  // namespace

TEST_CASE("an object of the requested kind is read") {
    const auto object = read_object_response(response_of(200, R"({"kind":"Secret","data":{}})"), "Secret");
    REQUIRE(object);
    CHECK(string_at(*object, "kind") == "Secret");
    CHECK(read_object_response(response_of(201, R"({"kind":"Secret"})"), "Secret"));
}

TEST_CASE("a successful response without an object of the requested kind is malformed") {
    for (const auto& body : garbage) {
        CAPTURE(body.substr(0, 60));
        const auto object = read_object_response(response_of(200, body), "Secret");
        REQUIRE_FALSE(object);
        CHECK(object.error().kind == error_kind::malformed);
        CHECK(object.error().code == 200);
        CHECK(object.error().message.find("CANARY") == std::string::npos);
    }
}

TEST_CASE("a failing HTTP status is an error, whatever the body") {
    CHECK(read_object_response(response_of(404, "{}"), "Secret").error().kind == error_kind::not_found);
    CHECK(read_list_response(
              response_of(404, R"({"kind":"SecretList","metadata":{"resourceVersion":"1"},"items":[]})"),
              "SecretList")
              .error()
              .kind == error_kind::not_found);
    CHECK(read_delete_response(response_of(409, "{}"), "Secret").error().kind == error_kind::conflict);
}

TEST_CASE("a page of a list is read") {
    const auto page = read_list_response(
        response_of(
            200,
            R"({"kind":"SecretList","metadata":{"resourceVersion":"12","continue":"next"},"items":[{},{}]})"),
        "SecretList");
    REQUIRE(page);
    CHECK(page->resource_version == "12");
    CHECK(page->continue_token == "next");
    CHECK(page->items.size() == 2);

    const auto last = read_list_response(
        response_of(
            200, R"({"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"12"},"items":null})"),
        "PartialObjectMetadataList");
    REQUIRE(last);
    CHECK(last->continue_token.empty());
    CHECK(last->items == json::array());
}

TEST_CASE("a page may have more values than an object") {
    std::string items = "0";
    for (int i = 0; i < 250'000; ++i)
        items += ",0";
    CHECK(read_list_response(
        response_of(200,
                    R"({"kind":"SecretList","metadata":{"resourceVersion":"1"},"items":[)" + items + "]}"),
        "SecretList"));
    CHECK_FALSE(
        read_object_response(response_of(200, R"({"kind":"Secret","items":[)" + items + "]}"), "Secret"));
}

TEST_CASE("an incomplete list is malformed, never empty") {
    auto bodies = garbage;
    for (const auto* body : {
             R"({"kind":"SecretList","metadata":{"resourceVersion":"12"}})",
             R"({"kind":"SecretList","metadata":{"resourceVersion":"12"},"items":{}})",
             R"({"kind":"SecretList","metadata":{"resourceVersion":"12"},"items":"CANARY"})",
             R"({"kind":"SecretList","metadata":{"resourceVersion":""},"items":[]})",
             R"({"kind":"SecretList","metadata":{"resourceVersion":12},"items":[]})",
             R"({"kind":"SecretList","metadata":null,"items":[]})",
             R"({"kind":"SecretList","items":[]})",
             R"({"kind":"ConfigMapList","metadata":{"resourceVersion":"12"},"items":[]})",
             R"({"kind":"List","metadata":{"resourceVersion":"12"},"items":[]})",
             R"({"metadata":{"resourceVersion":"12"},"items":[]})",
             R"({"kind":"SecretList","metadata":{"resourceVersion":"12"},"items":[)",
         }) {
        bodies.emplace_back(body);
    }
    for (const auto& body : bodies) {
        CAPTURE(body.substr(0, 80));
        const auto page = read_list_response(response_of(200, body), "SecretList");
        REQUIRE_FALSE(page);
        CHECK(page.error().kind == error_kind::malformed);
    }
}

TEST_CASE("a DELETE may return a Status or the object that is being deleted") {
    CHECK(read_delete_response(response_of(200, R"({"kind":"Status","status":"Success"})"), "Secret"));
    CHECK(read_delete_response(response_of(202, R"({"kind":"Secret","metadata":{}})"), "Secret"));
    const auto malformed_response =
        read_delete_response(response_of(200, R"({"kind":"ConfigMap"})"), "Secret");
    REQUIRE_FALSE(malformed_response);
    CHECK(malformed_response.error().kind == error_kind::malformed);
}

TEST_CASE("the error of a response has all of its Status") {
    const auto response =
        response_of(403,
                    R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"no way",
        "reason":"Forbidden","details":{"kind":"secrets","causes":[{"reason":"NamespaceTerminating","message":"m","field":"f"}]},
        "code":403})",
                    "application/json; charset=utf-8");
    const auto e = error_from_response(response);
    CHECK(e.kind == error_kind::forbidden);
    CHECK(e.code == 403);
    CHECK(e.reason == "Forbidden");
    CHECK(e.message == "no way");
    CHECK(e.details_kind == "secrets");
    CHECK(e.has_cause("NamespaceTerminating"));
}

TEST_CASE("the HTTP status decides the kind of the error, whatever the body") {
    struct row {
        unsigned status;
        error_kind kind;
    };
    const std::vector<row> rows = {
        {400, error_kind::bad_request},
        {401, error_kind::unauthorized},
        {403, error_kind::forbidden},
        {404, error_kind::not_found},
        {405, error_kind::other},
        {406, error_kind::other},
        {409, error_kind::conflict},
        {410, error_kind::expired},
        {413, error_kind::too_large},
        {415, error_kind::other},
        {422, error_kind::invalid},
        {429, error_kind::too_many_requests},
        {500, error_kind::server},
        {502, error_kind::server},
        {503, error_kind::server},
        {504, error_kind::server_timeout},
    };
    const std::vector<std::pair<std::string, std::string>> bodies = {
        {"", "application/json"},
        {"{\"kind\":", "application/json"},
        {"[]", "application/json"},
        {"{\"kind\":\"Secret\",\"message\":\"CANARY\"}", "application/json"},
        {"<html>CANARY</html>", "text/html"},
        {"{\"kind\":\"Status\",\"message\":\"CANARY\"}", "text/html"},
        {"{\"kind\":\"Status\",\"message\":\"CANARY\"}", "application/json-seq"},
        {"CANARY", "text/plain-ish"},
        {std::string(2'000'000, '['), "application/json"},
        {"CANARY", ""},
    };
    for (const auto& [status, kind] : rows) {
        for (const auto& [body, type] : bodies) {
            CAPTURE(status);
            CAPTURE(body.substr(0, 50));
            const auto e = error_from_response(response_of(status, body, type));
            CHECK(to_string(e.kind) == to_string(kind));
            CHECK(e.code == static_cast<int>(status));
            CHECK(e.message.find("CANARY") == std::string::npos);
            CHECK_FALSE(e.message.empty());
        }
    }
}

TEST_CASE("the plain text of an overloaded or stopping server is the message") {
    const auto e = error_from_response(
        response_of(429, "Too many requests, please try again later.\n", "text/plain; charset=utf-8"));
    CHECK(e.kind == error_kind::too_many_requests);
    CHECK(e.message == "Too many requests, please try again later.");
    const auto stopping = error_from_response(response_of(503, "apiserver is shutting down", "text/plain"));
    CHECK(stopping.kind == error_kind::server);
    CHECK(stopping.message == "apiserver is shutting down");
    const auto long_text = error_from_response(response_of(500, std::string(10'000, 'a'), "text/plain"));
    CHECK(long_text.message.size() <= 256);
}

TEST_CASE("retry_after comes from the Retry-After header, else from the Status") {
    auto response = response_of(429, R"({"kind":"Status","details":{"retryAfterSeconds":5},"code":429})");
    CHECK(error_from_response(response).retry_after == 5s);
    response.retry_after = "3";
    CHECK(error_from_response(response).retry_after == 3s);
    response.retry_after = "soon";
    CHECK(error_from_response(response).retry_after == 5s);
    CHECK(error_from_response(response_of(503, "")).retry_after == std::nullopt);
}

TEST_CASE("Retry-After is a number of seconds, of which at most 60 count") {
    struct row {
        std::string value;
        std::optional<std::chrono::milliseconds> wait;
    };
    const std::vector<row> rows = {
        {"0", 0ms},
        {"1", 1s},
        {"007", 7s},
        {"60", 60s},
        {"61", 60s},
        {"3600", 60s},
        {"4294967295", 60s},
        {"4294967296", std::nullopt},
        {"99999999999999999999999", std::nullopt},
        {"-1", std::nullopt},
        {"+1", std::nullopt},
        {" 1", std::nullopt},
        {"1.5", std::nullopt},
        {"1s", std::nullopt},
        {"NaN", std::nullopt},
        {"", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:40 GMT", std::nullopt},
    };
    for (const auto& [value, wait] : rows) {
        CAPTURE(value);
        auto response = response_of(503, "");
        response.retry_after = value;
        CHECK(error_from_response(response).retry_after == wait);
    }
}

TEST_CASE("an unexpected HTTP status below 400 is malformed") {
    CHECK(read_object_response(response_of(206, R"({"kind":"Secret"})"), "Secret").error().code == 206);
    const auto e = error_from_response(response_of(206, "{}"));
    CHECK(e.kind == error_kind::malformed);
}

TEST_CASE("an error of the connection has a kind and keeps its message") {
    using net::failure;
    struct row {
        failure phase;
        error_kind kind;
    };
    const std::vector<row> rows = {
        {failure::resolve, error_kind::no_response},
        {failure::connect, error_kind::no_response},
        {failure::tls, error_kind::no_response},
        {failure::write, error_kind::no_response},
        {failure::read, error_kind::no_response},
        {failure::protocol, error_kind::malformed},
        {failure::too_large, error_kind::too_large},
        {failure::ended, error_kind::stream_ended},
        {failure::cancelled, error_kind::cancelled},
    };
    for (const auto& [phase, kind] : rows) {
        CAPTURE(net::to_string(phase));
        const auto failed = error_from_net(net::error(phase, "10.0.0.1:443: reason", false, true));
        CHECK(to_string(failed.kind) == to_string(kind));
        CHECK(failed.message == "10.0.0.1:443: reason");
    }
}

TEST_CASE("the server's wait is the Retry-After of a 429 or 503") {
    const auto wait = [](unsigned status, const char* text) {
        auto response = response_of(status, "");
        if (text != nullptr) response.retry_after = text;
        return server_wait(response);
    };
    CHECK(wait(429, "2") == 2s);
    CHECK(wait(503, "2") == 2s);
    CHECK(wait(503, "3600") == 60s);
    CHECK_FALSE(wait(429, nullptr));
    CHECK_FALSE(wait(429, "soon"));
    CHECK_FALSE(wait(500, "2"));
    CHECK_FALSE(wait(200, "2"));
}

TEST_CASE("the text of a Warning header is unquoted and fit for a log") {
    CHECK(warning_text(R"(299 - "unknown field \"status.new\"")") == R"(unknown field "status.new")");
    CHECK(warning_text(R"(299 kube-apiserver "deprecated \\ path" "Tue, 15 Nov 1994 08:12:31 GMT")") ==
          R"(deprecated \ path)");
    CHECK(warning_text("299 - \"two\nlines\"") == "two lines");
    CHECK(warning_text(R"(299 - "")").empty());
    CHECK(warning_text("299 - text").empty());
    CHECK(warning_text(R"(110 - "stale")").empty());
    CHECK(warning_text(R"(299 - "open)") == "open");
    CHECK(warning_text("299 - \"ends in \\") == "ends in \\");
    CHECK(warning_text(R"(299 - "quotes Q0FOQVJZLXBhc3N3b3JkLTEyMzQ1Njc4OTA=")").find("Q0FO") ==
          std::string::npos);
}
