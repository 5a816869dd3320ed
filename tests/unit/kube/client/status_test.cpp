// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/status.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::error_from_status;
using kube::error_kind;
using namespace std::chrono_literals;

namespace {

kube::json failure(int code, const std::string& reason) {
    return {
        {"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"}, {"code", code}, {"reason", reason}};
}

}  // namespace

TEST_CASE("the code and the reason of a Status decide the kind of the error") {
    struct example {
        int code;
        const char* reason;
        error_kind expected;
    };
    constexpr example table[] = {
        {400, "BadRequest", error_kind::bad_request},
        {401, "Unauthorized", error_kind::unauthorized},
        {403, "Forbidden", error_kind::forbidden},
        {404, "NotFound", error_kind::not_found},
        {405, "MethodNotAllowed", error_kind::other},
        {409, "AlreadyExists", error_kind::already_exists},
        {409, "Conflict", error_kind::conflict},
        {409, "", error_kind::conflict},
        {410, "Expired", error_kind::expired},
        {410, "Gone", error_kind::expired},
        {413, "RequestEntityTooLarge", error_kind::too_large},
        {422, "Invalid", error_kind::invalid},
        {429, "TooManyRequests", error_kind::too_many_requests},
        {500, "InternalError", error_kind::server},
        {503, "ServiceUnavailable", error_kind::server},
        {504, "Timeout", error_kind::server_timeout},
        {418, "", error_kind::other},
    };
    for (const auto& row : table) {
        CAPTURE(row.code);
        CAPTURE(row.reason);
        const auto by_code = error_from_status(failure(row.code, row.reason), row.code);
        CHECK(by_code.kind == row.expected);
        CHECK(by_code.code == row.code);
        CHECK(by_code.reason == row.reason);
        // The same in an ERROR event of a watch, whose response was 200.
        CHECK(error_from_status(failure(row.code, row.reason), 0).kind == row.expected);
    }
}

TEST_CASE("the reason decides the kind of a Status without a code") {
    const auto of = [](const char* reason) {
        return error_from_status({{"kind", "Status"}, {"status", "Failure"}, {"reason", reason}}, 0);
    };
    const std::pair<const char*, int> table[] = {{"BadRequest", 400},
                                                 {"Unauthorized", 401},
                                                 {"Forbidden", 403},
                                                 {"NotFound", 404},
                                                 {"AlreadyExists", 409},
                                                 {"Conflict", 409},
                                                 {"Gone", 410},
                                                 {"Expired", 410},
                                                 {"Invalid", 422},
                                                 {"TooManyRequests", 429},
                                                 {"InternalError", 500},
                                                 {"ServerTimeout", 500},
                                                 {"Timeout", 504},
                                                 {"StoreReadError", 500},
                                                 {"ServiceUnavailable", 503},
                                                 {"RequestEntityTooLarge", 413}};
    for (const auto& [reason, code] : table) {
        CAPTURE(reason);
        CHECK(of(reason).code == code);
        CHECK(of(reason).kind == kube::kind_of_code(code, reason));
    }
    CHECK(kube::kind_of_code(600, "") == error_kind::other);
    CHECK(of("SomethingNew").kind == error_kind::malformed);
}

TEST_CASE("the HTTP status wins over the code in the Status") {
    CHECK(error_from_status(failure(200, "Expired"), 503).kind == error_kind::server);
    CHECK(error_from_status(failure(404, "NotFound"), 403).kind == error_kind::forbidden);
}

TEST_CASE("a Status without a failure, and an object that is not a Status, is malformed") {
    for (const auto* text : {R"({"kind":"Status","status":"Success","code":200})",
                             R"({"kind":"Status"})",
                             R"({"kind":"Status","code":"410","reason":["Expired"]})",
                             R"({"kind":"Status","code":1e3})",
                             R"({"kind":"Secret","code":410,"reason":"Expired"})",
                             R"({})",
                             R"([])",
                             R"(null)"}) {
        CAPTURE(text);
        CHECK(error_from_status(parsed(text), 0).kind == error_kind::malformed);
        CHECK(error_from_status(parsed(text), 200).kind == error_kind::malformed);
    }
}

TEST_CASE("JSON of another kind under a failing HTTP status gives only the kind of the error") {
    const auto e =
        error_from_status(parsed(R"({"kind":"Odd","message":"CANARY","reason":"AlreadyExists"})"), 409);
    CHECK(e.kind == error_kind::conflict);
    CHECK(e.code == 409);
    CHECK(e.message.empty());
    CHECK(e.reason.empty());
}

TEST_CASE("the error has the message, the details and the causes of the Status") {
    const auto e = error_from_status(
        parsed(
            R"({"kind":"Status","status":"Failure","message":"secrets \"x\" is forbidden","reason":"Forbidden","code":403,
            "details":{"name":"x","kind":"secrets","retryAfterSeconds":3,"causes":[
                {"reason":"NamespaceTerminating","message":"namespace t is being terminated","field":"metadata.namespace"},{}]}})"),
        403);
    CHECK(e.message == "secrets \"x\" is forbidden");
    CHECK(e.reason == "Forbidden");
    CHECK(e.details_kind == "secrets");
    CHECK(e.retry_after == 3s);
    CHECK(e.causes ==
          std::vector<kube::status_cause>{
              {"NamespaceTerminating", "metadata.namespace", "namespace t is being terminated"}, {}});
    CHECK(e.has_cause("NamespaceTerminating"));
}

TEST_CASE("retry_after is between 1 s and 60 s, or absent") {
    struct example {
        const char* seconds;
        std::optional<std::chrono::milliseconds> expected;
    };
    const example table[] = {{"1", 1s},
                             {"60", 60s},
                             {"61", 60s},
                             {"9223372036854775807", 60s},
                             {"0", std::nullopt},
                             {"-5", std::nullopt},
                             {"1.5", std::nullopt},
                             {"\"7\"", std::nullopt},
                             {"18446744073709551615", std::nullopt},
                             {"null", std::nullopt}};
    for (const auto& row : table) {
        CAPTURE(row.seconds);
        const auto e = error_from_status(
            parsed(std::string(R"({"kind":"Status","code":429,"details":{"retryAfterSeconds":)") +
                   row.seconds + "}}"),
            429);
        CHECK(e.retry_after == row.expected);
    }
}

TEST_CASE("the error of a huge Status is small") {
    auto status = failure(403, std::string(100'000, 'r'));
    status["message"] = std::string(1'000'000, 'm');
    status["details"] = {{"kind", std::string(100'000, 'k')}, {"causes", kube::json::array()}};
    for (int i = 0; i < 1'000; ++i)
        status["details"]["causes"].push_back({{"reason", std::string(1'000, 'c')},
                                               {"field", std::string(1'000, 'f')},
                                               {"message", std::string(5'000, 'm')}});
    const auto e = error_from_status(status, 403);
    CHECK(e.message.size() == 4096);
    CHECK(e.reason.size() == 256);
    CHECK(e.details_kind.size() == 256);
    CHECK(e.causes.size() == 16);
    CHECK(e.causes.front().reason.size() == 256);
    CHECK(e.causes.front().field.size() == 256);
    CHECK(e.causes.front().message.size() == 4096);
}

TEST_CASE("fields of another type are absent") {
    const auto e = error_from_status(
        parsed(
            R"({"kind":"Status","code":409,"message":5,"reason":{},"details":{"kind":[],"causes":{"a":1}}})"),
        409);
    CHECK(e.kind == error_kind::conflict);
    CHECK(e.message.empty());
    CHECK(e.causes.empty());
    const auto other_causes =
        error_from_status(parsed(R"({"kind":"Status","code":409,"details":{"causes":[1,null,"x"]}})"), 409);
    CHECK(other_causes.causes.size() == 3);
}
