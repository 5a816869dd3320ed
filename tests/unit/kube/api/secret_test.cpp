// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/secret.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::json;
using kube::read_secret;
using kube::secret;

namespace {

json object_with(const std::string& data) {
    auto object = parsed(R"({"apiVersion":"v1","kind":"Secret","type":"Opaque",
                             "metadata":{"name":"regcred","namespace":"team-a","uid":"u","resourceVersion":"7"}})");
    object["data"] = parsed(data);
    return object;
}

secret two_keys() {
    secret secret;
    secret.meta.name = "regcred";
    secret.meta.namespace_name = "team-a";
    secret.type = kube::docker_config_json_type;
    secret.data.emplace(".dockerconfigjson", util::secret_bytes::copy_of(R"({"auths":{}})"));
    secret.data.emplace("other", util::secret_bytes::copy_of(std::string("\0\xff", 2)));
    return secret;
}

}  // namespace

TEST_CASE("a Secret is read with its data decoded") {
    auto object = object_with(R"({".dockerconfigjson":"eyJhdXRocyI6e319","empty":"","null":null})");
    object["type"] = "kubernetes.io/dockerconfigjson";
    object["immutable"] = true;
    const auto read = read_secret(object).value();
    CHECK(read.meta.name == "regcred");
    CHECK(read.type == kube::docker_config_json_type);
    CHECK(read.immutable);
    REQUIRE(read.data.size() == 3);
    CHECK(read.data.at(".dockerconfigjson").reveal() == R"({"auths":{}})");
    CHECK(read.data.at("empty").empty());
    CHECK(read.data.at("null").empty());
}

TEST_CASE("a Secret may have no data") {
    CHECK(read_secret(object_with("null")).value().data.empty());
    auto object = object_with("{}");
    object.erase("data");
    CHECK(read_secret(object).value().data.empty());
    CHECK_FALSE(read_secret(object).value().immutable);
}

TEST_CASE("an object that is not a Secret is malformed") {
    auto with = [](const char* name, const json& value) {
        auto object = object_with("{}");
        object[name] = value;
        return read_secret(object);
    };
    CHECK(with("kind", "PartialObjectMetadata").error().message == "kind: must be Secret");
    CHECK(with("type", nullptr).error().message == "type: required");
    CHECK(with("type", 5).error().message == "type: must be a string");
    CHECK(with("immutable", "true").error().message == "immutable: must be true or false");
    CHECK(with("metadata", nullptr).error().message == "metadata: required");
    CHECK(with("data", json::array()).error().message == "data: must be a map");
    CHECK(with("data", "CANARY").error().message == "data: must be a map");
}

TEST_CASE("the error of a value that is not base64 has the key and never the value") {
    struct example {
        std::string data;
        std::string message;
    };
    const std::string long_key(253, 'k');
    const example table[] = {
        {R"({"password":"CANARY-not-base64"})", "data[password]: must be base64"},
        {R"({"a":"Zm8=","b":"Zm8"})", "data[b]: must be base64"},
        {R"({"b":"Zm9"})", "data[b]: must be base64"},
        {R"({"b":"Zm9v\n"})", "data[b]: must be base64"},
        {R"({"b":["CANARY"]})", "data[b]: must be a string"},
        {R"({"b":{"CANARY":1}})", "data[b]: must be a string"},
        {R"({"CANARY {} key":"%"})", "data[?]: must be base64"},
        {R"({")" + long_key + R"(":"%"})", "data[" + long_key + "]: must be base64"},
        {R"({")" + long_key + R"(k":"%"})", "data[?]: must be base64"},
    };
    for (const auto& row : table) {
        const auto read = read_secret(object_with(row.data));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().message == row.message);
        CHECK(public_message(read.error()).find("CANARY") == std::string::npos);
    }
}

TEST_CASE("a Secret is written with its type, metadata and data") {
    auto secret = two_keys();
    secret.meta.uid = "u";
    secret.meta.resource_version = "7";
    secret.meta.labels = {{"app.kubernetes.io/managed-by", "regcred"}};
    CHECK(parsed(kube::write_secret(secret).reveal()) ==
          parsed(R"({"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/dockerconfigjson",
                     "metadata":{"name":"regcred","namespace":"team-a","uid":"u","resourceVersion":"7",
                                 "labels":{"app.kubernetes.io/managed-by":"regcred"}},
                     "data":{".dockerconfigjson":"eyJhdXRocyI6e319","other":"AP8="}})"));
}

TEST_CASE("a Secret is written without a type or data, and with immutable if set") {
    secret secret;
    secret.meta.name = "n";
    CHECK(kube::write_secret(secret).reveal() ==
          R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"n"},"data":{}})");
    secret.immutable = true;
    CHECK(parsed(kube::write_secret(secret).reveal()).at("immutable") == json(true));
}

TEST_CASE("the keys of data are escaped as JSON") {
    secret secret;
    secret.meta.name = "n";
    secret.data.emplace("a\"b\\c\n", util::secret_bytes::copy_of("x"));
    CHECK(parsed(kube::write_secret(secret).reveal()).at("data") == json{{"a\"b\\c\n", "eA=="}});
}

TEST_CASE("a written Secret has no character that YAML 1.1 reads otherwise than JSON") {
    const struct {
        std::string text;
        std::string escaped;
    } table[] = {
        {"\x7f", "\\u007f"},
        {"a\xc2\x80"
         "b\xc2\x85"
         "c\xc2\x9f",
         "a\\u0080b\\u0085c\\u009f"},
        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},
        {"\xef\xbb\xbf", "\\ufeff"},
        {"\xef\xbf\xbe\xef\xbf\xbf", "\\ufffe\\uffff"},
        {"\t\n\x01", "\\t\\n\\u0001"},
        {"/ \xc2\xa0 \xc3\xa4 \xe2\x80\xa7 \xf0\x9f\x98\x80",
         "/ \xc2\xa0 \xc3\xa4 \xe2\x80\xa7 \xf0\x9f\x98\x80"},
    };
    for (const auto& row : table) {
        secret secret;
        secret.meta.annotations = {{"note", row.text}};
        const auto written = kube::write_secret(secret);
        CHECK(written.reveal().find("\"" + row.escaped + "\"") != std::string_view::npos);
        CHECK(parsed(written.reveal())["metadata"]["annotations"]["note"] == row.text);
    }
}

TEST_CASE("a written Secret reads back the same") {
    auto secret = two_keys();
    secret.meta.uid = "u";
    secret.meta.resource_version = "7";
    const auto again = read_secret(parsed(kube::write_secret(secret).reveal())).value();
    CHECK(again.type == secret.type);
    REQUIRE(again.data.size() == 2);
    for (const auto& [key, value] : secret.data)
        CHECK((again.data.at(key) == value));
}

TEST_CASE("the body of a PUT has the uid and resourceVersion of its precondition") {
    kube::secret secret;
    secret.meta.name = "regcred";
    secret.meta.uid = "other";
    secret.data.emplace(".dockerconfigjson", util::secret_bytes::copy_of("CANARY"));
    const auto text = kube::write_secret(secret, kube::precondition("u", "7")).take();
    CHECK(
        kube::json::parse(text.reveal()) ==
        kube::json::parse(
            R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"regcred","uid":"u","resourceVersion":"7"},
                  "data":{".dockerconfigjson":"Q0FOQVJZ"}})"));
}
