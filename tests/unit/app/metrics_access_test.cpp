// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_access.hpp"

#include "support/log_capture.hpp"
#include "unit/kube/client/api_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

const runtime::time_point start{1h};

util::secret_bytes secret(std::string_view text) {
    return util::secret_bytes::copy_of(text);
}

std::string token_of(std::string_view authorization) {
    return std::string(bearer_token(secret(authorization)).reveal());
}

/// An API server that knows these answers to the reviews, and what asks it.
struct fixture {
    explicit fixture(std::string token_status, std::string access_status)
        : api([token_status = std::move(token_status),
               access_status = std::move(access_status)](const std::string& request) {
              const bool is_of_token = request.find("/tokenreviews") != std::string::npos;
              const auto* kind = is_of_token ? "TokenReview" : "SubjectAccessReview";
              const auto& status = is_of_token ? token_status : access_status;
              if (status.empty())
                  return harness::http_answer(403, R"({"kind":"Status","reason":"Forbidden","code":403})");
              return harness::http_answer(
                  201, std::string(R"({"kind":")") + kind + R"(","status":)" + status + "}");
          }) {}

    access_verdict check(std::string_view token) {
        return api.run(checker.check(secret("Bearer " + std::string(token))));
    }

    api_fixture api;
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    metrics_access checker{*api.client, log};
};

const std::string known_user = R"({"authenticated":true,"user":{"username":"prometheus"}})";

}  // namespace

TEST_CASE("the token follows the scheme Bearer, in any case") {
    CHECK(token_of("Bearer CANARY-1") == "CANARY-1");
    CHECK(token_of("bearer CANARY-1") == "CANARY-1");
    for (const auto* text : {"", "Bearer", "Bearer ", "Basic CANARY-1", "CANARY-1"})
        CHECK(token_of(text).empty());
}

TEST_CASE("an answer is kept for a minute, a refusal for ten seconds, and unknown not at all") {
    access_cache cache;
    const auto a = util::digest_of("a");
    const auto b = util::digest_of("b");
    const auto c = util::digest_of("c");
    cache.put(a, access_verdict::allowed, start);
    cache.put(b, access_verdict::forbidden, start);
    cache.put(c, access_verdict::unknown, start);
    CHECK(cache.find(a, start + 60s - 1ns) == access_verdict::allowed);
    CHECK_FALSE(cache.find(a, start + 60s));
    CHECK(cache.find(b, start + 10s - 1ns) == access_verdict::forbidden);
    CHECK_FALSE(cache.find(b, start + 10s));
    CHECK_FALSE(cache.find(c, start));
    cache.put(a, access_verdict::forbidden, start);
    CHECK(cache.find(a, start) == access_verdict::forbidden);
}

TEST_CASE("the cache is small: the oldest answer goes") {
    access_cache cache;
    for (std::size_t i = 0; i <= access_cache::capacity; ++i)
        cache.put(util::digest_of(std::to_string(i)), access_verdict::unauthenticated, start);
    CHECK_FALSE(cache.find(util::digest_of("0"), start));
    CHECK(cache.find(util::digest_of("1"), start));
}

TEST_CASE("tokens that are refused do not displace one that is allowed") {
    access_cache cache;
    const auto known = util::digest_of("known");
    cache.put(known, access_verdict::allowed, start);
    for (std::size_t i = 0; i <= access_cache::capacity; ++i)
        cache.put(util::digest_of(std::to_string(i)), access_verdict::unauthenticated, start);
    CHECK(cache.find(known, start) == access_verdict::allowed);
}

TEST_CASE("the API server is asked about ten tokens a second") {
    access_cache cache;
    for (int i = 0; i < 10; ++i)
        CHECK(cache.may_ask(start));
    CHECK_FALSE(cache.may_ask(start + 1s - 1ns));
    CHECK(cache.may_ask(start + 1s));
}

TEST_CASE("a known user whom RBAC allows may read, and the API server is asked once") {
    fixture f(known_user, R"({"allowed":true})");
    CHECK((f.check("CANARY-1") == access_verdict::allowed));
    CHECK((f.check("CANARY-1") == access_verdict::allowed));
    const auto requests = f.api.server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].find(R"("token":"CANARY-1")") != std::string::npos);
    CHECK(requests[1].find(R"("user":"prometheus")") != std::string::npos);
    CHECK(requests[1].find("CANARY-1") == std::string::npos);
    CHECK(f.log_lines.lines().empty());
}

TEST_CASE("a user whom RBAC does not allow is forbidden, and an unknown token is not reviewed further") {
    fixture forbidden(known_user, R"({"allowed":false})");
    CHECK((forbidden.check("CANARY-1") == access_verdict::forbidden));
    fixture unknown(R"({"authenticated":false})", R"({"allowed":true})");
    CHECK((unknown.check("CANARY-1") == access_verdict::unauthenticated));
    CHECK(unknown.api.server.requests().size() == 1);
    CHECK((unknown.check("") == access_verdict::unauthenticated));
    CHECK(unknown.api.server.requests().size() == 1);
}

TEST_CASE("without an answer nobody may read, and the reason is logged once, without the token") {
    fixture f("", R"({"allowed":true})");
    CHECK((f.check("CANARY-1") == access_verdict::unknown));
    CHECK((f.check("CANARY-1") == access_verdict::unknown));
    CHECK(f.log_lines.count("warn  cannot check who may read /metrics") == 1);
    CHECK(f.log_lines.count("CANARY") == 0);
    fixture second(known_user, "");
    CHECK((second.check("CANARY-1") == access_verdict::unknown));
}

TEST_CASE("too many tokens are refused without a question") {
    fixture f(R"({"authenticated":false})", "");
    int refused = 0;
    for (int i = 0; i < 50; ++i)
        refused += f.check("CANARY-" + std::to_string(i)) == access_verdict::too_many ? 1 : 0;
    CHECK(refused > 0);
}
