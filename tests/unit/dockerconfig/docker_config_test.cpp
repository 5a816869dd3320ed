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

struct reading {
    std::string_view name;
    docker_config_form form;
    std::string text;
    std::vector<std::string> expected;
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

TEST_CASE("an entry is named by its key only if the key cannot be a login") {
    const auto label = [](const std::string& key) {
        const auto config =
            dockerconfig::parse_docker_config(in_auths("\"" + key + R"(":{"auth":"dTpw"})"), json);
        CHECK(config->at(0).written_key == key);
        if (config->at(0).content.has_error())
            CHECK(config->at(0).content.error().message.find("CANARY") == std::string::npos);
        return config->at(0).label();
    };
    CHECK(label("https://index.docker.io/v1") == "entry \"https://index.docker.io/v1\"");
    CHECK(label("https://user:CANARY@quay.io") == "entry 1 of the docker config");
    CHECK(label("user:CANARY") == "entry 1 of the docker config");
}

// Whatever the registry makes of it: the kubelet and the container runtime send it byte for byte.
TEST_CASE("any text is a password") {
    const std::vector<std::string> passwords{
        "{\n  \"type\": \"service_account\",\n  \"private_key\": \"-----BEGIN\\nCANARY\\n\"\n}\n",
        "-----BEGIN PRIVATE KEY-----\r\nCANARY\r\n-----END PRIVATE KEY-----\r\n",
        "CANARY\n",
        "CANARY\0"s,
        "\x01\x1F\x7F\t\b\f",
        "\u00e4\u2028\U0001F600\uFFFD",
        std::string(65'536, 'x')};
    for (const auto& password : passwords) {
        CAPTURE(password.size());
        std::string auth;
        dockerconfig::append_auth(auth, "_json_key", password);
        const auto config = dockerconfig::parse_docker_config(quay("\"auth\":\"" + auth + "\""), json);
        REQUIRE(config.has_value());
        CHECK(config->at(0).content->credential->username().reveal() == "_json_key");
        CHECK(config->at(0).content->credential->password().reveal() == password);
    }
    CHECK(shown(dockerconfig::parse_docker_config(quay(R"("username":"u\n","password":"a\tb\u0000")"),
                                                  json)) == std::vector<std::string>{"quay.io|u\n|a\tb\0|"s});
}

TEST_CASE("bytes that are not UTF-8 matter only in a username or a password") {
    const std::vector<std::string> table{
        quay("\"auth\":\"dTpw\",\"password\":\"\xFF\""),
        quay(R"("password":"\ud800","auth":"dTpw")"),
        quay("\"auth\":\"dTpw\",\"x\":\"\xFF\""),
        "{\"x\":\"\xFF\",\"\xFF\":1,\"auths\":{\"quay.io\":{\"auth\":\"dTpw\"}}}"};
    for (const auto& text : table) {
        CAPTURE(text);
        CHECK(shown(dockerconfig::parse_docker_config(text, json)) ==
              std::vector<std::string>{"quay.io|u|p|"});
    }
    // As the kubelet has it.
    CHECK(shown(dockerconfig::parse_docker_config(quay("\"auth\":\"dTpw\",\"email\":\"\xFF\""), json)) ==
          std::vector<std::string>{"quay.io|u|p|\uFFFD"});
}

TEST_CASE("of entries with one key the last one counts, unless they have two logins") {
    const auto read = [](const std::string& first, const std::string& second) {
        return shown(dockerconfig::parse_docker_config(
            in_auths(R"("quay.io":{)" + first + R"(},"ghcr.io":{"auth":"YTpi"},"quay.io":{)" + second + "}"),
            json));
    };
    const std::string good = R"("auth":"dTpw")";
    CHECK(read("", good) == std::vector<std::string>{"quay.io|u|p|", "ghcr.io|a|b|"});
    CHECK(read(good, R"("auth":"dTpw","email":"e")") ==
          std::vector<std::string>{"quay.io|u|p|e", "ghcr.io|a|b|"});
    CHECK(read(R"("auth":5)", good) == std::vector<std::string>{"quay.io|u|p|", "ghcr.io|a|b|"});
    CHECK(read(good, "").front().find("no credential") != std::string::npos);
    CHECK(read(good, R"("auth":"YTpi")").front() ==
          "error: entry \"quay.io\": it is there twice with two logins: keep one of them");
    const auto thrice = dockerconfig::parse_docker_config(
        in_auths(R"("quay.io":{"auth":"dTpw"},"quay.io":{"auth":"YTpi"},"quay.io":{"auth":"YTpi"})"), json);
    CHECK(thrice->at(0).content.error().fault == source_fault::key_collision);
    CHECK(thrice->size() == 1);
}

TEST_CASE("an entry that a later null removes is not read") {
    const auto config = dockerconfig::parse_docker_config(
        R"({"auths":{"quay.io":{"auth":5}},"auths":null,"auths":{"ghcr.io":{"auth":"dTpw"}}})", json);
    CHECK(shown(config) == std::vector<std::string>{"ghcr.io|u|p|"});
}
