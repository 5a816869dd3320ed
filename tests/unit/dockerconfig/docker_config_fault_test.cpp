// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config.hpp"
#include "dockerconfig/go_json.hpp"
#include "unit/dockerconfig/docker_texts.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using dockerconfig::docker_config_form;
using dockerconfig::source_fault;
using namespace std::string_literals;

namespace {

using build::cfg;
using build::in_auths;
using build::json;
using build::quay;
using build::shown;

struct rejected_text {
    std::string_view name;
    std::string text;
    source_fault fault;
    const char* says;
};

}  // namespace

TEST_CASE("a document that the kubelet cannot read, or that has no entry, is refused as a whole") {
    const std::string good = quay(R"("auth":"dTpw")");
    const std::vector<rejected_text> table{
        {"an empty text", "", source_fault::not_json, "ends too early, after 0 bytes"},
        {"cut short", good.substr(0, good.size() - 1), source_fault::not_json, "ends too early"},
        {"cut short in a string",
         good.substr(0, 12),
         source_fault::not_json,
         "ends too early, after 12 bytes"},
        {"not JSON", R"({"auths":{'quay.io':{}}})", source_fault::not_json, "not JSON at byte 11"},
        {"YAML", "auths: {}", source_fault::not_json, "not JSON at byte 1"},
        {"trailing comma", R"({"auths":{},})", source_fault::not_json, "not JSON at byte 13"},
        {"a second document",
         good + "{}",
         source_fault::not_json,
         "follows the end of the docker config, at byte 38"},
        {"trailing text", good + "x", source_fault::not_json, "follows the end of the docker config"},
        {"a NUL at the end", good + "\0"s, source_fault::not_json, "NUL byte at byte 38"},
        {"a NUL and more", good + "\0{}"s, source_fault::not_json, "NUL byte at byte 38"},
        {"a byte order mark", "\xEF\xBB\xBF" + good, source_fault::not_json, "byte order mark"},
        {"a raw line break in a string", quay("\"password\":\"a\nb\""), source_fault::not_json, "not JSON"},
        {"an array", "[]", source_fault::wrong_type, "not a JSON object"},
        {"a string", R"("auths")", source_fault::wrong_type, "not a JSON object"},
        {"a number", "5", source_fault::wrong_type, "not a JSON object"},
        {"auths is a list",
         R"({"auths":[{"auth":"dTpw"}]})",
         source_fault::wrong_type,
         "`auths` is not an object"},
        {"auths is a number", R"({"auths":5})", source_fault::wrong_type, "`auths` is not an object"},
        {"auths is a string", R"({"auths":"quay.io"})", source_fault::wrong_type, "`auths` is not an object"},
        {"headers are a list",
         R"({"HttpHeaders":[],"auths":{}})",
         source_fault::wrong_type,
         "`HttpHeaders` is not an object"},
        {"a header is a number",
         R"({"httpheaders":{"a":1}})",
         source_fault::wrong_type,
         "value of `HttpHeaders`"},
        {"a header is a list",
         R"({"HttpHeaders":{"a":["b"]}})",
         source_fault::wrong_type,
         "value of `HttpHeaders`"},
        {"null", "null", source_fault::no_entries, "no entry"},
        {"an empty object", "{}", source_fault::no_entries, "no entry in `auths`"},
        {"no entries", R"({"auths":{}})", source_fault::no_entries, "no entry in `auths`"},
        {"auths is null", R"({"auths":null})", source_fault::no_entries, "no entry in `auths`"},
        {"entries beside auths",
         R"({"quay.io":{"auth":"dTpw"}})",
         source_fault::no_entries,
         "no entry in `auths`"},
    };
    for (const auto& [name, text, fault, says] : table) {
        CAPTURE(name);
        const auto config = dockerconfig::parse_docker_config(text, json);
        REQUIRE(config.has_error());
        CHECK(config.error().fault == fault);
        CHECK_MESSAGE(config.error().message.find(says) != std::string::npos, config.error().message);
    }
    CHECK(dockerconfig::parse_docker_config("{}", cfg).error().fault == source_fault::no_entries);
    CHECK(dockerconfig::parse_docker_config("[]", cfg).error().fault == source_fault::wrong_type);
}

TEST_CASE("a fault inside one entry stays with that entry") {
    const std::vector<rejected_text> table{
        {"a list", R"([])", source_fault::wrong_type, "not an object"},
        {"a string", R"("dTpw")", source_fault::wrong_type, "not an object"},
        {"username is a number",
         R"({"username":5,"password":"p"})",
         source_fault::wrong_type,
         "`username` is not a string"},
        {"password is a number",
         R"({"username":"u","password":5})",
         source_fault::wrong_type,
         "`password` is not a string"},
        {"email is false",
         R"({"auth":"dTpw","email":false})",
         source_fault::wrong_type,
         "`email` is not a string"},
        {"auth is an object",
         R"({"auth":{"auth":"dTpw"}})",
         source_fault::wrong_type,
         "`auth` is not a string"},
        {"auth is a list", R"({"auth":["dTpw"]})", source_fault::wrong_type, "`auth` is not a string"},
        {"a wrong type that is overridden",
         R"({"auth":5,"auth":"dTpw"})",
         source_fault::wrong_type,
         "`auth`"},
        {"bad base64", R"({"auth":"d*pw"})", source_fault::bad_base64, "base64"},
        {"no colon", R"({"auth":"dXA="})", source_fault::no_colon, "username:password"},
        {"empty username in auth", R"({"auth":"OnA="})", source_fault::empty_entry, "username is empty"},
        {"empty password in auth", R"({"auth":"dTo="})", source_fault::empty_entry, "password is empty"},
        {"both empty in auth", R"({"auth":"Og=="})", source_fault::empty_entry, "no credential"},
        {"no username", R"({"password":"p"})", source_fault::empty_entry, "username is empty"},
        {"no password", R"({"username":"u"})", source_fault::empty_entry, "password is empty"},
        {"a password field that is not UTF-8",
         "{\"username\":\"u\",\"password\":\"\xFF\"}",
         source_fault::bad_password,
         "not UTF-8"},
        {"a username field with half of a surrogate pair",
         R"({"username":"\udc00","password":"p"})",
         source_fault::bad_password,
         "not UTF-8"},
        {"a password that is not UTF-8", R"({"auth":"dTr/"})", source_fault::bad_password, "not UTF-8"},
        {"a username that is not UTF-8", R"({"auth":"/zpw"})", source_fault::bad_username, "not UTF-8"},
        {"a colon in the username",
         R"({"username":"u:v","password":"p"})",
         source_fault::bad_username,
         "colon"},
        {"only identitytoken", R"({"identitytoken":"x"})", source_fault::token_only, "token"},
        {"only registrytoken", R"({"registrytoken":"x"})", source_fault::token_only, "token"},
        {"a token and a username without a password",
         R"({"auth":"MDAwOg==","identitytoken":"x"})",
         source_fault::token_only,
         "token"},
        {"an empty token does not count",
         R"({"identitytoken":""})",
         source_fault::empty_entry,
         "no credential"},
        {"nothing", R"({})", source_fault::empty_entry, "'kubectl create secret docker-registry'"},
        {"null", R"(null)", source_fault::empty_entry, "no credential"},
    };
    for (const auto& [name, entry, fault, says] : table) {
        CAPTURE(name);
        for (const auto form : {json, cfg}) {
            const std::string entries = R"("quay.io":)" + entry + R"(,"ghcr.io":{"auth":"dTpw"})";
            const auto config = dockerconfig::parse_docker_config(
                form == json ? in_auths(entries) : "{" + entries + "}", form);
            REQUIRE(config.has_value());
            REQUIRE(config->size() == 2);
            REQUIRE(config->at(0).content.has_error());
            const auto error = config->at(0).content.error();
            CHECK(error.fault == fault);
            CHECK_MESSAGE(error.message.find(says) != std::string::npos, error.message);
            CHECK(config->at(0).label() == "entry \"quay.io\"");
            CHECK(build::shown(*config->at(1).content) == "ghcr.io|u|p|");
        }
    }
}

TEST_CASE("the error of an empty entry names the credential store if there is one") {
    for (const std::string_view store : {R"("credsStore":"desktop")",
                                         R"("credHelpers":{"quay.io":"ecr-login"})",
                                         R"("CREDSSTORE":"pass")"}) {
        CAPTURE(store);
        for (const auto& text : {"{" + std::string{store} + R"(,"auths":{"quay.io":{}}})",
                                 R"({"auths":{"quay.io":{}},)" + std::string{store} + "}"}) {
            const auto config = dockerconfig::parse_docker_config(text, json);
            REQUIRE(config.has_value());
            const auto error = config->at(0).content.error();
            CHECK(error.fault == source_fault::empty_entry);
            CHECK(error.message.find("credential store") != std::string::npos);
        }
    }
    for (const std::string_view none :
         {R"("credsStore":"")", R"("credHelpers":{})", R"("credsStore":null)", R"("x":"y")"}) {
        CAPTURE(none);
        const auto config =
            dockerconfig::parse_docker_config(R"({"auths":{"quay.io":{}},)" + std::string{none} + "}", json);
        CHECK(config->at(0).content.error().message.find("credential store") == std::string::npos);
    }
}

TEST_CASE("an entry that no image can match is useless, and one that means another key is refused") {
    const auto fault = [](const std::string& key) {
        return dockerconfig::parse_docker_config(in_auths("\"" + key + R"(":{"auth":"dTpw"})"), json)
            ->at(0)
            .content.error()
            .fault;
    };
    for (const auto* const key : {"https://index.docker.io/v1",
                                  "https://index.docker.io/v1/access-token",
                                  "user:CANARY",
                                  "",
                                  "quay.io/%zz",
                                  "\xFF.example.com"}) {
        CAPTURE(key);
        CHECK(fault(key) == source_fault::unmatched_key);
        CHECK(dockerconfig::is_useless(fault(key)));
    }
    const auto ambiguous = fault("https://user@quay.io/v1/v2/team");
    CHECK(ambiguous == source_fault::bad_key);
    CHECK_FALSE(dockerconfig::is_useless(ambiguous));
}

TEST_CASE("a docker config that names only credential helpers says where the logins are and how to get one") {
    for (const std::string helpers :
         {R"({"credHelpers":{"gcr.io":"gcloud","eu.gcr.io":"gcloud"}})",
          R"({"auths":{},"credHelpers":{"gcr.io":"gcloud","user:CANARY":"x","eu.gcr.io":"gcloud"}})"}) {
        CAPTURE(helpers);
        const auto config = dockerconfig::parse_docker_config(helpers, json);
        REQUIRE(config.has_error());
        CHECK(config.error().fault == source_fault::no_entries);
        for (const std::string_view says : {"no entry in `auths`; it names a credential helper",
                                            "for gcr.io, eu.gcr.io, which keeps the logins on the machine",
                                            "'kubectl create secret docker-registry'",
                                            "docker-credential-HELPER get'"}) {
            CHECK_MESSAGE(config.error().message.find(says) != std::string::npos, config.error().message);
        }
        CHECK(config.error().message.find("CANARY") == std::string::npos);
    }
    const auto store = dockerconfig::parse_docker_config(R"({"auths":{},"credsStore":"desktop"})", json);
    CHECK(store.error().message.find("credential helper") != std::string::npos);
}

TEST_CASE("a docker config in a Secret of the other type says which type it needs") {
    const std::string entries = R"("quay.io":{"auth":"dTpw"},"user:CANARY":{})";
    const struct {
        const char* name;
        std::string text;
        dockerconfig::docker_config_form form;
        std::string_view says;
    } table[] = {
        {"auths", in_auths(entries), cfg, "the key .dockerconfigjson"},
        {"auths and a credential store",
         R"({"auths":{"quay.io":{"auth":"dTpw"}},"credsStore":"x"})",
         cfg,
         "belongs to the type kubernetes.io/dockerconfigjson"},
        {"registries", "{" + entries + "}", json, "again with that type and the key .dockercfg, or put"},
        {"registries with passwords",
         R"({"https://index.docker.io/v1/":{"username":"u","password":"CANARY"}})",
         json,
         "or put the registries into `auths`"},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        const auto config = dockerconfig::parse_docker_config(row.text, row.form);
        REQUIRE(config.has_error());
        CHECK(config.error().fault == source_fault::no_entries);
        CHECK_MESSAGE(config.error().message.find(row.says) != std::string::npos, config.error().message);
        CHECK(config.error().message.find("CANARY") == std::string::npos);
    }
    // What delivers something is no mistake.
    CHECK(dockerconfig::parse_docker_config(R"({"auths":{},)" + entries + "}", cfg).has_value());
    CHECK(dockerconfig::parse_docker_config(
              R"({"quay.io":{"auth":"dTpw"},"auths":{"ghcr.io":{"auth":"dTpw"}}})", json)
              .has_value());
    const auto nothing = dockerconfig::parse_docker_config(R"({"quay.io":{}})", json);
    CHECK(nothing.error().message == "the docker config has no entry in `auths`");
}

TEST_CASE("a docker config is limited in size, depth and number of entries") {
    SUBCASE("size") {
        auto text = quay(R"("auth":"dTpw")");
        text.resize(dockerconfig::max_docker_config_bytes, ' ');
        CHECK(dockerconfig::parse_docker_config(text, json).has_value());
        text += ' ';
        const auto config = dockerconfig::parse_docker_config(text, json);
        CHECK(config.error().fault == source_fault::too_large);
    }
    SUBCASE("depth") {
        const auto nested = [](std::size_t levels) {  // the document itself is one
            return R"({"auths":{"quay.io":{"auth":"dTpw"}},"x":)" + std::string(levels - 1, '[') +
                   std::string(levels - 1, ']') + "}";
        };
        CHECK(dockerconfig::parse_docker_config(nested(dockerconfig::go_json_depth), json).has_value());
        const auto deeper = dockerconfig::parse_docker_config(nested(dockerconfig::go_json_depth + 1), json);
        CHECK(deeper.error().fault == source_fault::too_deep);
        CHECK(deeper.error().message == "the docker config is nested deeper than 10000 levels");
        CHECK(dockerconfig::parse_docker_config(std::string(1'000'000, '['), cfg).error().fault ==
              source_fault::too_deep);
        CHECK(dockerconfig::parse_docker_config(R"({"auths":{},"x":)" + std::string(1'000'000, '['), json)
                  .error()
                  .fault == source_fault::too_deep);
    }
    SUBCASE("entries after a null that removes the first ones") {
        std::string entries;
        for (std::size_t i = 0; i < dockerconfig::max_docker_config_entries; ++i)
            entries += (i == 0 ? "\"r" : ",\"r") + std::to_string(i) + R"(.io":{"auth":"dTpw"})";
        const auto text = R"({"auths":{)" + entries + R"(},"auths":null,"auths":{)" + entries + "}}";
        CHECK(dockerconfig::parse_docker_config(text, json)->size() ==
              dockerconfig::max_docker_config_entries);
    }
    SUBCASE("entries") {
        std::string entries;
        for (std::size_t i = 0; i < dockerconfig::max_docker_config_entries; ++i) {
            entries += (i == 0 ? "\"r" : ",\"r") + std::to_string(i) + R"(.io":{"auth":"dTpw"})";
        }
        CHECK(dockerconfig::parse_docker_config(in_auths(entries), json)->size() ==
              dockerconfig::max_docker_config_entries);
        const auto config = dockerconfig::parse_docker_config(in_auths(entries + R"(,"last.io":{})"), json);
        CHECK(config.error().fault == source_fault::too_many_entries);
    }
}
