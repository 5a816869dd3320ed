// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/api_answer.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace kube;

namespace {

net::response answer_of(unsigned status, std::string_view body) {
    net::response answer;
    answer.status = status;
    answer.content_type = "application/json";
    answer.body = util::secret_bytes::copy_of(body);
    return answer;
}

/// What no answer to a successful request may be.
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

TEST_CASE("an object is taken if it is of the kind that was asked for") {
    const auto object =
        read_object_answer(answer_of(200, R"({"kind":"Secret","data":{}})"), "Secret", access::read);
    REQUIRE(object);
    CHECK(string_at(*object, "kind") == "Secret");
    CHECK(read_object_answer(answer_of(201, R"({"kind":"Secret"})"), "Secret", access::write));
}

TEST_CASE("a success that brings anything else is malformed, and a write may have been done") {
    for (const auto& body : garbage) {
        CAPTURE(body.substr(0, 60));
        for (const auto by : {access::read, access::write}) {
            const auto object = read_object_answer(answer_of(200, body), "Secret", by);
            REQUIRE_FALSE(object);
            CHECK(object.error().kind == error_kind::malformed);
            CHECK(object.error().code == 200);
            CHECK(object.error().maybe_done == (by == access::write));
            CHECK(object.error().message.find("CANARY") == std::string::npos);
        }
    }
}

TEST_CASE("a failing status is the failure that it says") {
    CHECK(read_object_answer(answer_of(404, "{}"), "Secret", access::read).error().kind ==
          error_kind::not_found);
    CHECK(read_list_answer(
              answer_of(404, R"({"kind":"SecretList","metadata":{"resourceVersion":"1"},"items":[]})"),
              "SecretList")
              .error()
              .kind == error_kind::not_found);
    CHECK(read_removal_answer(answer_of(409, "{}"), "Secret").error().kind == error_kind::conflict);
}

TEST_CASE("a page of a list") {
    const auto page = read_list_answer(
        answer_of(
            200,
            R"({"kind":"SecretList","metadata":{"resourceVersion":"12","continue":"next"},"items":[{},{}]})"),
        "SecretList");
    REQUIRE(page);
    CHECK(page->resource_version == "12");
    CHECK(page->continue_token == "next");
    CHECK(page->items.size() == 2);

    const auto last = read_list_answer(
        answer_of(200,
                  R"({"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"12"},"items":null})"),
        "PartialObjectMetadataList");
    REQUIRE(last);
    CHECK(last->continue_token.empty());
    CHECK(last->items == json::array());
}

TEST_CASE("an odd list is unknown, never empty") {
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
        const auto page = read_list_answer(answer_of(200, body), "SecretList");
        REQUIRE_FALSE(page);
        CHECK(page.error().kind == error_kind::malformed);
    }
}

TEST_CASE("a removal is answered with a Status or with the object that is going") {
    CHECK(read_removal_answer(answer_of(200, R"({"kind":"Status","status":"Success"})"), "Secret"));
    CHECK(read_removal_answer(answer_of(202, R"({"kind":"Secret","metadata":{}})"), "Secret"));
    const auto odd = read_removal_answer(answer_of(200, R"({"kind":"ConfigMap"})"), "Secret");
    REQUIRE_FALSE(odd);
    CHECK(odd.error().kind == error_kind::malformed);
    CHECK(odd.error().maybe_done);
}
