// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/pull_document.hpp"

#include "support/base64.hpp"
#include "support/canary.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using dockerconfig::docker_config_form;
using kubelet::read_pull_document;

namespace {

const std::string secret(harness::canary);

struct broken {
    std::string document;
    std::string message;
};

std::string in_entry(const std::string& fields) {
    return R"({"auths":{"quay.io":{)" + fields + "}}}";
}

}  // namespace

TEST_CASE("a document that spoils every pull says where it is wrong, and never what it says") {
    const std::vector<broken> table{
        {"", "the docker config ends too early, after 0 bytes"},
        {secret, "the docker config is not JSON at byte 1"},
        {"[]", "the docker config is not an object"},
        {R"({"auths":")" + secret + "\"}", "`auths` is not an object"},
        {R"({"HttpHeaders":[]})", "`HttpHeaders` is not an object"},
        {R"({"HttpHeaders":{"a":1}})", "a value of `HttpHeaders` is not a string"},
        {R"({"auths":{"quay.io":")" + secret + "\"}}", "entry \"quay.io\" is not an object"},
        {in_entry(R"("username":1)"), "entry \"quay.io\": `username` is not a string"},
        {in_entry(R"("Password":[])"), "entry \"quay.io\": `password` is not a string"},
        {in_entry(R"("email":{})"), "entry \"quay.io\": `email` is not a string"},
        {in_entry(R"("auth":true)"), "entry \"quay.io\": `auth` is not a string"},
        {in_entry(R"("auth":")" + secret + "!\""),
         "entry \"quay.io\": `auth` is not base64 in the standard alphabet: write base64(username:password), "
         "or leave it out and give `username` and `password`"},
        {in_entry(R"("auth":")" + harness::to_base64(secret) + "\""),
         "entry \"quay.io\": `auth` holds no colon: it must be base64(username:password)"},
        {R"({"auths":{"quay.io":{},")" + secret + R"(":1}})", "entry 2 is not an object"},
    };
    for (const auto& [document, message] : table) {
        CAPTURE(document);
        const auto read = read_pull_document(document, docker_config_form::config_json);
        REQUIRE(read.has_error());
        CHECK(read.error().message == message);
        CHECK(harness::find_canary(read.error().message).empty());
    }
}

TEST_CASE("what the kubelet ignores is noticed") {
    const auto store = read_pull_document(R"({"auths":{"quay.io":{}},"credsStore":"desktop"})",
                                          docker_config_form::config_json);
    CHECK(store->has_credential_store);
    const auto helpers =
        read_pull_document(R"({"credHelpers":{"quay.io":"x"}})", docker_config_form::config_json);
    CHECK(helpers->has_credential_store);
    const auto token =
        read_pull_document(R"({"quay.io":{"IdentityToken":"x","auth":"YTo="}})", docker_config_form::cfg);
    CHECK_FALSE(token->has_credential_store);
    CHECK(token->logins.at("quay.io").has_token);
}
