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
    secret what;
    what.meta.name = "regcred";
    what.meta.namespace_name = "team-a";
    what.type = kube::docker_config_json_type;
    what.data.emplace(".dockerconfigjson", util::secret_bytes::copy_of(R"({"auths":{}})"));
    what.data.emplace("other", util::secret_bytes::copy_of(std::string("\0\xff", 2)));
    return what;
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

TEST_CASE("a Secret without data has none") {
    CHECK(read_secret(object_with("null")).value().data.empty());
    auto object = object_with("{}");
    object.erase("data");
    CHECK(read_secret(object).value().data.empty());
    CHECK_FALSE(read_secret(object).value().immutable);
}

TEST_CASE("what is no Secret is malformed") {
    auto with = [](const char* name, const json& value) {
        auto object = object_with("{}");
        object[name] = value;
        return read_secret(object);
    };
    CHECK(with("kind", "PartialObjectMetadata").error().message == "kind: not Secret");
    CHECK(with("type", nullptr).error().message == "type: required");
    CHECK(with("type", 5).error().message == "type: not text");
    CHECK(with("immutable", "true").error().message == "immutable: neither true nor false");
    CHECK(with("metadata", nullptr).error().message == "metadata: required");
    CHECK(with("data", json::array()).error().message == "data: not a map");
    CHECK(with("data", "CANARY").error().message == "data: not a map");
}

TEST_CASE("an error names the key of a value that is not base64, and never shows the value") {
    struct example {
        const char* data;
        const char* message;
    };
    constexpr example table[] = {
        {R"({"password":"CANARY-not-base64"})", "data[password]: not base64"},
        {R"({"a":"Zm8=","b":"Zm8"})", "data[b]: not base64"},
        {R"({"b":"Zm9"})", "data[b]: not base64"},
        {R"({"b":"Zm9v\n"})", "data[b]: not base64"},
        {R"({"b":["CANARY"]})", "data[b]: not text"},
        {R"({"b":{"CANARY":1}})", "data[b]: not text"},
        {R"({"CANARY {} key":"%"})", "data[?]: not base64"},
    };
    for (const auto& row : table) {
        const auto read = read_secret(object_with(row.data));
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().message == row.message);
        CHECK(public_message(read.error()).find("CANARY") == std::string::npos);
    }
}

TEST_CASE("a Secret is written as the API server wants it") {
    auto what = two_keys();
    what.meta.uid = "u";
    what.meta.resource_version = "7";
    what.meta.labels = {{"app.kubernetes.io/managed-by", "regcred"}};
    CHECK(parsed(kube::write_secret(what).reveal()) ==
          parsed(R"({"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/dockerconfigjson",
                     "metadata":{"name":"regcred","namespace":"team-a","uid":"u","resourceVersion":"7",
                                 "labels":{"app.kubernetes.io/managed-by":"regcred"}},
                     "data":{".dockerconfigjson":"eyJhdXRocyI6e319","other":"AP8="}})"));
}

TEST_CASE("no data, no type and immutable in a Secret that is written") {
    secret what;
    what.meta.name = "n";
    CHECK(kube::write_secret(what).reveal() ==
          R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"n"},"data":{}})");
    what.immutable = true;
    CHECK(parsed(kube::write_secret(what).reveal()).at("immutable") == json(true));
}

TEST_CASE("keys of data are escaped as JSON") {
    secret what;
    what.meta.name = "n";
    what.data.emplace("a\"b\\c\n", util::secret_bytes::copy_of("x"));
    CHECK(parsed(kube::write_secret(what).reveal()).at("data") == json{{"a\"b\\c\n", "eA=="}});
}

TEST_CASE("a Secret that is written reads back the same") {
    auto what = two_keys();
    what.meta.uid = "u";
    what.meta.resource_version = "7";
    const auto again = read_secret(parsed(kube::write_secret(what).reveal())).value();
    CHECK(again.type == what.type);
    REQUIRE(again.data.size() == 2);
    for (const auto& [key, value] : what.data)
        CHECK((again.data.at(key) == value));
}
