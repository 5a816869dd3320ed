// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config.hpp"

#include "unit/dockerconfig/docker_builders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using dockerconfig::docker_config_form;
using dockerconfig::source_fault;
using namespace std::string_literals;

namespace {

constexpr auto json = docker_config_form::config_json;
constexpr auto cfg = docker_config_form::cfg;

std::vector<std::string> shown(const dockerconfig::source_result<dockerconfig::docker_config>& config) {
    std::vector<std::string> all;
    if (config.has_error()) return {"error: " + config.error().message};
    for (const auto& entry : *config) {
        all.push_back(entry.content ? build::shown(*entry.content)
                                    : "error: " + entry.content.error().message);
    }
    return all;
}

std::string in_auths(const std::string& entries) {
    return R"({"auths":{)" + entries + "}}";
}

std::string quay(const std::string& fields) {
    return in_auths(R"("quay.io":{)" + fields + "}");
}

struct reading {
    std::string_view name;
    docker_config_form form;
    std::string text;
    std::vector<std::string> expected;
};

struct rejected_text {
    std::string_view name;
    std::string text;
    source_fault fault;
    const char* says;
};

}  // namespace

// dTpw is u:p, YTpi is a:b. The kubelet 1.37.1 reads each of these texts the same way.
TEST_CASE("parse_docker_config reads an entry as the kubelet does") {
    const std::vector<reading> table{
        {"only auth", json, quay(R"("auth":"dTpw")"), {"quay.io|u|p|"}},
        {"only username and password", json, quay(R"("username":"u","password":"p")"), {"quay.io|u|p|"}},
        {"what kubectl writes",
         json,
         R"({"auths":{"https://index.docker.io/v1/":{"username":"u","password":"p","email":"a@b","auth":"dTpw"}}})",
         {"https://index.docker.io/v1/|u|p|a@b"}},
        {"auth overrides",
         json,
         quay(R"("username":"ping","password":"pong","auth":"dTpw")"),
         {"quay.io|u|p|"}},
        {"auth overrides whatever the order",
         json,
         quay(R"("auth":"dTpw","username":"ping")"),
         {"quay.io|u|p|"}},
        {"an empty auth overrides nothing",
         json,
         quay(R"("username":"u","password":"p","auth":"")"),
         {"quay.io|u|p|"}},
        {"null is not a value",
         json,
         quay(R"("username":"u","password":"p","auth":null,"email":null)"),
         {"quay.io|u|p|"}},
        {"null does not undo a value", json, quay(R"("auth":"dTpw","auth":null)"), {"quay.io|u|p|"}},
        {"names of fields in any case",
         json,
         R"({"AUTHS":{"quay.io":{"UserName":"u","PASSWORD":"p"}}})",
         {"quay.io|u|p|"}},
        {"names of fields with letters that fold",
         json,
         "{\"auth\u017f\":{\"quay.io\":{\"pa\u017fsword\":\"p\",\"username\":\"u\"}}}",
         {"quay.io|u|p|"}},
        {"a longer or shorter name is another field",
         json,
         quay(R"("auth":"dTpw","auths":5,"aut":5,"usernames":["x"],"":5)"),
         {"quay.io|u|p|"}},
        {"the last of equal fields wins", json, quay(R"("auth":"dTpw","auth":"YTpi")"), {"quay.io|a|b|"}},
        {"also if they differ in case", json, quay(R"("auth":"YTpi","Auth":"dTpw")"), {"quay.io|u|p|"}},
        {"in the document's order, not the alphabet's",
         json,
         quay(R"("auth":"dTpw","AUTH":"YTpi")"),
         {"quay.io|a|b|"}},
        {"two auths are one map",
         json,
         R"({"auths":{"quay.io":{"auth":"dTpw"}},"Auths":{"ghcr.io":{"auth":"YTpi"}}})",
         {"quay.io|u|p|", "ghcr.io|a|b|"}},
        {"null empties auths",
         json,
         R"({"auths":{"quay.io":{"auth":"YTpi"}},"auths":null,"auths":{"ghcr.io":{"auth":"dTpw"}}})",
         {"ghcr.io|u|p|"}},
        {"unknown fields of any type are ignored",
         json,
         R"({"detachKeys":1,"plugins":{"a":[1,{"auth":5}]},"x":[[true]],"auths":{"quay.io":{"auth":"dTpw","n":-1.5e3,"o":{"auth":"YTpi"},"l":["x"]}}})",
         {"quay.io|u|p|"}},
        {"headers are checked and not kept",
         json,
         R"({"HttpHeaders":{"User-Agent":"x","Other":null},"auths":{"quay.io":{"auth":"dTpw"}}})",
         {"quay.io|u|p|"}},
        {"no headers", json, R"({"HttpHeaders":null,"auths":{"quay.io":{"auth":"dTpw"}}})", {"quay.io|u|p|"}},
        {"a store beside whole entries",
         json,
         R"({"credsStore":"desktop","auths":{"quay.io":{"auth":"dTpw"}}})",
         {"quay.io|u|p|"}},
        {"a token beside a password",
         json,
         quay(R"("auth":"dTpw","identitytoken":"x","registrytoken":7)"),
         {"quay.io|u|p|"}},
        {"white space",
         json,
         " \t\r\n{ \"auths\" : { \"quay.io\" : { \"auth\" : \"dTpw\" } } }\n",
         {"quay.io|u|p|"}},
        {"escapes",
         json,
         quay(R"("username":"\u0075","password":"\"\\\/\u00e4\ud83d\ude00")"),
         {"quay.io|u|\"\\/\u00e4\U0001F600|"}},
        {"a colon in the password", json, quay(R"("auth":"dTpwOnE=")"), {"quay.io|u|p:q|"}},
        {"an entry in each form of key",
         json,
         in_auths(R"("https://quay.io/v2/":{"auth":"dTpw"},"*.example.com":{"auth":"YTpi"})"),
         {"https://quay.io/v2/|u|p|", "*.example.com|a|b|"}},
        {"dockercfg",
         cfg,
         R"({"quay.io":{"auth":"dTpw","email":"a@b"},"ghcr.io":{"username":"a","password":"b"}})",
         {"quay.io|u|p|a@b", "ghcr.io|a|b|"}},
    };
    for (const auto& [name, form, text, expected] : table) {
        CAPTURE(name);
        CHECK(shown(dockerconfig::parse_docker_config(text, form)) == expected);
    }
}

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
        {"not UTF-8", quay("\"password\":\"\xFF\""), source_fault::not_json, "not UTF-8 at byte 34"},
        {"half of a surrogate pair",
         quay(R"("password":"\ud800")"),
         source_fault::not_json,
         "not JSON at byte 34: half of a surrogate pair"},
        {"the other half of one, in a field that is ignored",
         R"({"x":"\ud83d\ude00\n\udc00"})",
         source_fault::not_json,
         "not JSON at byte 21: half of a surrogate pair"},
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
        {"empty username in auth", R"({"auth":"OnA="})", source_fault::bad_username, "username is empty"},
        {"empty password in auth", R"({"auth":"dTo="})", source_fault::bad_password, "password is empty"},
        {"both empty in auth", R"({"auth":"Og=="})", source_fault::empty_entry, "no credential"},
        {"no username", R"({"password":"p"})", source_fault::bad_username, "username is empty"},
        {"no password", R"({"username":"u"})", source_fault::bad_password, "password is empty"},
        {"NUL in the password",
         R"({"username":"u","password":"p\u0000"})",
         source_fault::bad_password,
         "control character"},
        {"NUL in auth", R"({"auth":"dTpwAA=="})", source_fault::bad_password, "control character"},
        {"a line break at the end of auth",
         R"({"auth":"dTpwCg=="})",
         source_fault::bad_password,
         "line break"},
        {"a control character in the email",
         R"({"auth":"dTpw","email":"\u001b"})",
         source_fault::bad_email,
         "email"},
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
        {"nothing", R"({})", source_fault::empty_entry, "kubectl create secret docker-registry"},
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
            CHECK(error.message.find("entry \"quay.io\": ") == 0);
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

TEST_CASE("the error of a bad key shows the key only if it cannot be a login") {
    const auto message = [](const std::string& key) {
        const auto config =
            dockerconfig::parse_docker_config(in_auths("\"" + key + R"(":{"auth":"dTpw"})"), json);
        REQUIRE(config->at(0).content.has_error());
        CHECK(config->at(0).content.error().fault == source_fault::bad_key);
        CHECK(config->at(0).written_key == key);
        return config->at(0).content.error().message;
    };
    CHECK(message("https://index.docker.io/v1")
              .find("entry \"https://index.docker.io/v1\": the key ends in /v1") == 0);
    CHECK(message("https://user:CANARY@quay.io").find("entry 1 of the docker config: ") == 0);
    CHECK(message("user:CANARY").find("entry 1 of the docker config: ") == 0);
    CHECK(message("https://user:CANARY@quay.io").find("CANARY") == std::string::npos);
    CHECK(message("user:CANARY").find("CANARY") == std::string::npos);
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
        CHECK(dockerconfig::parse_docker_config(nested(dockerconfig::max_docker_config_depth), json)
                  .has_value());
        CHECK(dockerconfig::parse_docker_config(nested(dockerconfig::max_docker_config_depth + 1), json)
                  .error()
                  .fault == source_fault::too_deep);
        CHECK(dockerconfig::parse_docker_config(std::string(1'000'000, '['), cfg).error().fault ==
              source_fault::wrong_type);
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

TEST_CASE("a document is refused for the error of an entry that a later null removes") {
    const std::string removed = R"({"auths":{"quay.io":{"auth":5}},"auths":null,)";
    const auto config =
        dockerconfig::parse_docker_config(removed + R"("auths":{"ghcr.io":{"auth":"dTpw"}}})", json);
    REQUIRE(config.has_error());
    CHECK(config.error().message == "entry \"quay.io\": `auth` is not a string");
    const auto other =
        dockerconfig::parse_docker_config(removed + R"("auths":{"ghcr.io":{"auth":5}}})", json);
    CHECK(other->at(0).content.error().fault == source_fault::wrong_type);
}
