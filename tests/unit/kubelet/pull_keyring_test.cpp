// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/pull_keyring.hpp"

#include "kubelet/names/image_reference.hpp"
#include "support/base64.hpp"
#include "support/canary.hpp"
#include "support/pull_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using dockerconfig::docker_config_form;
using kubelet::content_state;
using kubelet::read_pull_content;

namespace {

const std::string secret(harness::canary);

struct broken {
    std::string document;
    std::string message;
};

std::string in_entry(const std::string& fields) {
    return R"({"auths":{"quay.io":{)" + fields + "}}}";
}

kubelet::pull_content content_of(const harness::table_secret& from) {
    kube::secret made;
    made.type = from.type;
    made.data.emplace(from.key, util::secret_bytes::copy_of(from.document));
    return kubelet::read_pull_content(made);
}

std::string outcome(const harness::pull_table& table, const harness::table_pull& pull) {
    const auto repository = kubelet::repository_of(pull.image);
    if (!repository) return "invalid-image";
    std::vector<kubelet::pull_content> contents;
    for (const auto& name : pull.secrets)
        contents.push_back(content_of(table.secrets.at(name)));
    std::vector<const kubelet::pull_content*> in_order;
    for (const auto& content : contents) {
        if (content.state == kubelet::content_state::broken) return "fails";
        in_order.push_back(&content);
    }
    std::string users;
    for (const auto& attempt : kubelet::pull_keyring(in_order).lookup(*repository)) {
        const auto& entry = attempt.entry.get();
        users += (users.empty() ? "" : " ") + harness::table_user(std::string(entry.username.reveal()),
                                                                  std::string(entry.password.reveal()));
    }
    return users.empty() ? "anonymous" : users;
}

}  // namespace

TEST_CASE("a broken document gives the place of the fault, and no value") {
    const std::vector<broken> table{
        {"", "the docker config ends too early, after 0 bytes"},
        {secret, "the docker config is not JSON at byte 1"},
        {"[]", "the docker config is not a JSON object"},
        {R"({"auths":")" + secret + "\"}", "`auths` is not an object"},
        {R"({"HttpHeaders":[]})", "`HttpHeaders` is not an object"},
        {R"({"HttpHeaders":{"a":1}})", "a value of `HttpHeaders` is not a string"},
        {R"({"auths":{"quay.io":")" + secret + "\"}}", "entry \"quay.io\": not an object"},
        {in_entry(R"("username":1)"), "entry \"quay.io\": `username` is not a string"},
        {in_entry(R"("Password":[])"), "entry \"quay.io\": `password` is not a string"},
        {in_entry(R"("email":{})"), "entry \"quay.io\": `email` is not a string"},
        {in_entry(R"("auth":true)"), "entry \"quay.io\": `auth` is not a string"},
        {in_entry(R"("auth":")" + secret + "!\""),
         "entry \"quay.io\": `auth` is not base64 in the standard alphabet: write base64(username:password), "
         "or remove it and write `username` and `password`"},
        {in_entry(R"("auth":")" + harness::to_base64(secret) + "\""),
         "entry \"quay.io\": `auth` has no colon: write base64(username:password)"},
        {R"({"auths":{"a.io":5,"quay.io":{"auth":5}}})", "entry \"a.io\": not an object"},
        {R"({"auths":{"quay.io":{},")" + secret + R"(":1}})", "entry 2 of the docker config: not an object"},
    };
    for (const auto& [document, message] : table) {
        CAPTURE(document);
        const auto content = read_pull_content(document, docker_config_form::config_json);
        CHECK(content.state == content_state::broken);
        CHECK(content.error == message);
        CHECK(harness::find_canary(content.error).empty());
    }
}

TEST_CASE("an error in an entry outlives the entry") {
    for (const std::string document : {R"({"auths":{"quay.io":5},"auths":null})",
                                       R"({"auths":{"quay.io":{"auth":5},"quay.io":{"auth":"YTpi"}}})"}) {
        CAPTURE(document);
        CHECK(read_pull_content(document, docker_config_form::config_json).state == content_state::broken);
    }
}

TEST_CASE("of equal keys the last one counts") {
    const auto content = read_pull_content(
        R"({"quay.io":{"auth":"YTpi"},"a.io":{},"quay.io":{"username":"c"}})", docker_config_form::cfg);
    REQUIRE(content.entries.size() == 2);
    CHECK(content.entries[0].written_key == "a.io");
    CHECK(content.entries[1].printable_user() == "c");
    CHECK_FALSE(content.entries[1].has_credentials());
}

TEST_CASE("an entry has credentials when it has a username and a password") {
    const auto has_credentials = [](const std::string& fields) {
        return read_pull_content(in_entry(fields), docker_config_form::config_json)
            .entries.at(0)
            .has_credentials();
    };
    CHECK(has_credentials(R"("username":"u","password":"p")"));
    CHECK_FALSE(has_credentials(R"("username":"u")"));
    CHECK_FALSE(has_credentials(R"("password":"p")"));
    CHECK_FALSE(has_credentials(""));
}

TEST_CASE("what the kubelet ignores is reported") {
    const auto store = read_pull_content(R"({"auths":{"quay.io":{}},"credsStore":"desktop"})",
                                         docker_config_form::config_json);
    CHECK(store.has_credential_store);
    const auto helpers =
        read_pull_content(R"({"credHelpers":{"quay.io":"x"}})", docker_config_form::config_json);
    CHECK(helpers.has_credential_store);
    const auto token =
        read_pull_content(R"({"quay.io":{"IdentityToken":"x","auth":"YTo="}})", docker_config_form::cfg);
    CHECK_FALSE(token.has_credential_store);
    CHECK(token.entries.at(0).has_token);
}

TEST_CASE("a Secret of another type, or without data, has no entries and is not broken") {
    kube::secret made;
    made.type = "Opaque";
    made.data.emplace(kube::docker_config_json_key, util::secret_bytes::copy_of("{"));
    CHECK(read_pull_content(made).state == content_state::wrong_type);
    made.type = kube::docker_cfg_type;
    CHECK(read_pull_content(made).state == content_state::no_data);
    made.data.emplace(kube::docker_cfg_key, util::secret_bytes{});
    CHECK(read_pull_content(made).state == content_state::no_data);
    made.type = kube::docker_config_json_type;
    CHECK(read_pull_content(made).state == content_state::broken);
}

TEST_CASE("an entry is printable without tokens, control characters and keys that may be a login") {
    const std::string token = "ghp_0123456789abcdefABCDEF0123456789abcd";
    const auto content = read_pull_content(
        R"({"bob:CANARY@quay.io":{"username":")" + token + R"("},"quay.io":{"username":"al\u001bice"}})",
        docker_config_form::cfg);
    REQUIRE(content.entries.size() == 2);
    CHECK(content.entries[0].printable_user() == "<redacted>");
    CHECK(content.entries[0].printable_key() == "(a key that is not a registry)");
    CHECK(content.entries[1].printable_user() == "al ice");
    CHECK(content.entries[1].printable_key() == "quay.io");
}

TEST_CASE("lookup gives the users that the kubelet tries, in its order") {
    const auto table = harness::read_pull_table(REGCRED_SUPPORT_DATA "/pulls.txt");
    CHECK(table.pulls.size() > 150);
    for (const auto& pull : table.pulls) {
        CAPTURE(pull.line);
        CAPTURE(pull.image);
        const auto got = outcome(table, pull);
        CAPTURE(got);
        CHECK(std::ranges::find(pull.expected, got) != pull.expected.end());
    }
}

TEST_CASE("lookup marks only the attempts whose order is random") {
    const auto table = harness::read_pull_table(REGCRED_SUPPORT_DATA "/pulls.txt");
    const auto two = content_of(table.secrets.at("two-forms"));
    const auto one = content_of(table.secrets.at("alice"));
    const auto found = kubelet::pull_keyring({&two, &one}).lookup("registry.example.com/team/app");
    REQUIRE(found.size() == 3);
    CHECK(found[0].in_random_order);
    CHECK(found[1].in_random_order);
    CHECK_FALSE(found[2].in_random_order);
    CHECK(found[2].secret == 1);
}

TEST_CASE("an entry that the kubelet skips does not hide the next one") {
    const auto content = kubelet::read_pull_content(R"({"%zz":{"auth":"YTpi"},"quay.io":{"auth":"dTpw"}})",
                                                    dockerconfig::docker_config_form::cfg);
    const auto found = kubelet::pull_keyring({&content}).lookup("quay.io/app");
    REQUIRE(found.size() == 1);
    CHECK(found[0].entry.get().written_key == "quay.io");
}
