// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/status_error.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace kube;
using namespace std::chrono_literals;

namespace {

net::response answer_of(unsigned status, std::string_view body, std::string type = "application/json") {
    net::response answer;
    answer.status = status;
    answer.content_type = std::move(type);
    answer.body = util::secret_bytes::copy_of(body);
    return answer;
}

}  // namespace

TEST_CASE("a Status is read whole") {
    const auto answer = answer_of(403,
                                  R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"no way",
        "reason":"Forbidden","details":{"kind":"secrets","causes":[{"reason":"NamespaceTerminating","message":"m","field":"f"}]},
        "code":403})",
                                  "application/json; charset=utf-8");
    const auto e = error_from_response(answer, access::write);
    CHECK(e.kind == error_kind::forbidden);
    CHECK(e.code == 403);
    CHECK(e.reason == "Forbidden");
    CHECK(e.message == "no way");
    CHECK(e.details_kind == "secrets");
    CHECK(e.has_cause("NamespaceTerminating"));
    CHECK_FALSE(e.maybe_done);
}

TEST_CASE("every status has its kind, whatever the body") {
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
        {std::string(2'000'000, '['), "application/json"},
        {"CANARY", ""},
    };
    for (const auto& [status, kind] : rows) {
        for (const auto& [body, type] : bodies) {
            CAPTURE(status);
            CAPTURE(body.substr(0, 50));
            const auto e = error_from_response(answer_of(status, body, type), access::read);
            CHECK(to_string(e.kind) == to_string(kind));
            CHECK(e.code == static_cast<int>(status));
            CHECK(e.message.find("CANARY") == std::string::npos);
            CHECK_FALSE(e.message.empty());
        }
    }
}

TEST_CASE("the short texts of an overloaded or stopping server are shown") {
    const auto e = error_from_response(
        answer_of(429, "Too many requests, please try again later.\n", "text/plain; charset=utf-8"),
        access::write);
    CHECK(e.kind == error_kind::too_many_requests);
    CHECK(e.message == "Too many requests, please try again later.");
    CHECK_FALSE(e.maybe_done);
    const auto stopping =
        error_from_response(answer_of(503, "apiserver is shutting down", "text/plain"), access::read);
    CHECK(stopping.kind == error_kind::server);
    CHECK(stopping.message == "apiserver is shutting down");
    const auto long_text =
        error_from_response(answer_of(500, std::string(10'000, 'a'), "text/plain"), access::read);
    CHECK(long_text.message.size() <= 256);
}

TEST_CASE("Retry-After comes from the header, else from the Status") {
    auto answer = answer_of(429, R"({"kind":"Status","details":{"retryAfterSeconds":5},"code":429})");
    CHECK(error_from_response(answer, access::read).retry_after == 5s);
    answer.retry_after = "3";
    CHECK(error_from_response(answer, access::read).retry_after == 3s);
    answer.retry_after = "soon";
    CHECK(error_from_response(answer, access::read).retry_after == 5s);
    answer.retry_after = "Sun, 06 Nov 1994 08:49:40 GMT";
    answer.date = "Sun, 06 Nov 1994 08:49:38 GMT";
    CHECK(error_from_response(answer, access::read).retry_after == 2s);
    CHECK(error_from_response(answer_of(503, ""), access::read).retry_after == std::nullopt);
}

TEST_CASE("a write that the server gave up on may have been done") {
    for (const unsigned status : {500U, 502U, 503U, 504U}) {
        CHECK(error_from_response(answer_of(status, ""), access::write).maybe_done);
        CHECK_FALSE(error_from_response(answer_of(status, ""), access::read).maybe_done);
    }
    for (const unsigned status : {400U, 401U, 403U, 404U, 409U, 422U, 429U}) {
        CHECK_FALSE(error_from_response(answer_of(status, ""), access::write).maybe_done);
    }
}

TEST_CASE("a status below 400 that nobody asked for is malformed") {
    const auto e = error_from_response(answer_of(206, "{}"), access::write);
    CHECK(e.kind == error_kind::malformed);
    CHECK(e.maybe_done);
}

TEST_CASE("no answer at all") {
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
        for (const bool sent : {true, false}) {
            const net::error why(phase, "10.0.0.1:443: why", false, sent);
            CHECK(to_string(error_from_net(why, access::read).kind) == to_string(kind));
            CHECK(error_from_net(why, access::read).message == "10.0.0.1:443: why");
            CHECK_FALSE(error_from_net(why, access::read).maybe_done);
            CHECK(error_from_net(why, access::write).maybe_done == sent);
        }
    }
}
